"""Acts on the posts of staff at the academy and at its schools. `idp.people.schools` adds a person with a post."""

from idp.audit import trail
from idp.console.storage import staff as storage
from idp.console.storage.staff import Post as Post
from idp.database.engine import reading, transaction
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE


def posts() -> list[Post]:
    """Every post that is not over, at the academy and at its schools."""
    return storage.posts(reading())


def end_post(post: int, actor: str, now: int, person: int | None = None) -> bool:
    """End a post, and the rights that go with it; False if it is over, or does not exist.

    `person`: the administrator who acts; None for a command. Raises Refusal K08 (the administrator's own post).
    """
    with transaction() as tx:
        if person is not None and storage.person_of_post(tx, post) == person:
            raise Refusal(FIELD_UNUSABLE, "an administrator does not end their own post", field=N_("poste"))
        if not storage.end_post(tx, post, now):
            return False
        trail.record(tx, now, "staff.ended", actor, f"post:{post}")
        return True
