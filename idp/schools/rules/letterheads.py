"""The head of a letter or a mail: names, colour and logo of its school. Values without a database, a page or a clock."""

from dataclasses import dataclass, field

from idp.schools.rules import colours

DARK_CARD = "#19262a"
"""The ground of a mail on a dark screen (`--card` of static/design/tokens.css)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, with its size where it is shown: millimetres on paper, CSS pixels in a mail."""

    content: bytes = field(repr=False)
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`lines`: names, the first one large. `accent`: #rrggbb, on which white is legible, and which is legible on white."""

    lines: tuple[str, ...]
    accent: str
    logo: Picture | None = None

    @property
    def light_accent(self) -> str:
        """The accent, or the nearest colour of the same hue that is legible on a dark screen."""
        return colours.lightened_for(self.accent, DARK_CARD)


def names_of_head(school: str, shown: str) -> tuple[str, ...]:
    """The names of a head. `shown`: the name that pages show, of the brand or of the service. Either may be empty.

    A parent of two schools sees from the head which one writes, so the school's name is never left out.
    """
    if school.casefold() in shown.casefold():
        return (shown,) if shown else ()
    return (school, shown) if shown else (school,)


def fitted(size: tuple[int, int], widest: float, highest: float) -> tuple[float, float]:
    """(width, height) of a whole picture of `size` pixels, as large as a box allows, in the unit of the box."""
    width, height = size
    factor = min(widest / width, highest / height)
    return width * factor, height * factor
