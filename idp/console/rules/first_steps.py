"""The first steps of a new school: a list that ticks itself, from what the base says."""

from dataclasses import dataclass

IMPORT, LETTERS, LOGIN, OFFICE, DELEGATIONS, BRAND = (
    "import",
    "letters",
    "login",
    "office",
    "delegations",
    "brand",
)


@dataclass(frozen=True)
class SchoolFacts:
    """`has_letters`: most families have a letter, or an account of their own. `has_login`: a family has logged in since it came here.

    `is_put_away`: the school has hidden the list.
    """

    is_imported: bool = False
    has_letters: bool = False
    has_login: bool = False
    has_office: bool = False
    has_delegation: bool = False
    has_brand: bool = False
    is_put_away: bool = False


@dataclass(frozen=True)
class FirstStep:
    """`waits_for`: the step that has to be done before; empty if this one can be begun."""

    name: str
    is_done: bool
    is_optional: bool = False
    waits_for: str = ""


@dataclass(frozen=True)
class FirstSteps:
    steps: tuple[FirstStep, ...]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def may_be_put_away(self) -> bool:
        """Whether only steps remain that a school can do without."""
        return all(step.is_done or step.is_optional for step in self.steps)

    @property
    def following(self) -> str:
        """The name of the step to do now."""
        return next(step.name for step in self.steps if not step.is_done and not step.waits_for)


def most_have_letters(people: int, letters: int, active: int) -> bool:
    """Whether at least half of a school's people have a letter or an active account: families of two schools alone are no run."""
    return people > 0 and 2 * (letters + active) >= people


def first_steps(facts: SchoolFacts) -> FirstSteps | None:
    """The list, in the order of the work; None where all is done, or the school has put it away."""
    steps = (
        FirstStep(IMPORT, facts.is_imported),
        FirstStep(LETTERS, facts.has_letters, waits_for="" if facts.is_imported else IMPORT),
        FirstStep(LOGIN, facts.has_login, waits_for="" if facts.has_letters else LETTERS),
        FirstStep(OFFICE, facts.has_office),
        FirstStep(DELEGATIONS, facts.has_delegation, is_optional=True),
        FirstStep(BRAND, facts.has_brand, is_optional=True),
    )
    is_over = facts.is_put_away or all(step.is_done for step in steps)
    return None if is_over else FirstSteps(steps)
