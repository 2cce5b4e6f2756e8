"""Records of persons side by side: for an administrator who decides whether they are one person."""

from collections.abc import Collection
from typing import Any

from idp.database.engine import reading
from idp.people.storage import persons as storage


def side_by_side(persons: Collection[int], school: int) -> list[dict[str, Any]]:
    """Fields of persons (ids) to compare, with `schools` of a pupil (one text: this school alone) and `children` of a guardian: (name, code of the relation, whether at this school)."""
    return storage.for_comparison(reading(), persons, school)
