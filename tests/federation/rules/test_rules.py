"""Rules of upstreams by tables: attributes, what they allow, which account, how strong and fresh a login is."""

from typing import Any

import pytest

from idp.federation.rules.assurance import Demand, Login, auth_time, is_stale, methods
from idp.federation.rules.attributes import LONGEST, MOST_VALUES, from_claims
from idp.federation.rules.matching import Candidate, Matcher, Why, decide, value_of
from idp.federation.rules.upstream_rules import Allowed, Grant, Rule, evaluate

ONE, TWO = "0990001N", "0990002P"
TEACHER = Rule("personnel", when=(("role", ("teacher", "ens")),), schools_from="uai")
HEAD = Rule("personnel", when=(("role", ("head",)), ("site", ("a", "b"))), schools=(ONE,), roles=("head",))
AUDITOR = Rule("personnel", when=(("role", ("auditor",)),), roles=("academy_auditor",))
PUPIL = Rule("eleve")


@pytest.mark.parametrize(
    ("claims", "attributes"),
    [
        ({"a": "x"}, {"a": ("x",)}),
        ({"a": [" x ", "", None, {}, ["y"], 7, True]}, {"a": ("x", "7", "true")}),
        ({"a": False, "b": 1.5, "c": None, "d": [], "e": {}}, {"a": ("false",), "b": ("1.5",)}),
        ({"a": {"b": {"c": ["x"]}}}, {"a.b.c": ("x",)}),
        ({"a": {"b": {"c": {"d": {"e": {"f": "x"}}}}}}, {}),
        ({"a": "x" * (LONGEST + 1)}, {}),
        ({"a": ["x"] * (MOST_VALUES + 5)}, {"a": ("x",) * MOST_VALUES}),
    ],
    ids=range(7),
)
def test_claims_as_attributes(claims: dict[str, Any], attributes: dict[str, tuple[str, ...]]) -> None:
    assert from_claims(claims) == attributes


@pytest.mark.parametrize(
    ("rules", "profiles", "attributes", "allowed"),
    [
        ([], ["eleve"], {}, Allowed({"eleve": None})),
        ([PUPIL], ["eleve"], {}, Allowed({"eleve": None}, applied=(0,))),
        ([PUPIL], ["personnel"], {}, Allowed()),
        ([TEACHER], ["personnel"], {"role": ("ens",)}, Allowed({"personnel": frozenset()}, applied=(0,))),
        ([TEACHER], ["personnel"], {"role": ("Teacher", "teacher2")}, Allowed()),
        (
            [TEACHER],
            ["personnel"],
            {"role": ("x", "teacher"), "uai": (f"{ONE}$6 A", TWO.lower(), "0990001X", "")},
            Allowed({"personnel": frozenset({ONE, TWO})}, applied=(0,)),
        ),
        ([HEAD], ["personnel"], {"role": ("head",)}, Allowed()),
        (
            [HEAD, TEACHER],
            ["personnel"],
            {"role": ("head", "teacher"), "site": ("b",), "uai": (TWO,)},
            Allowed({"personnel": frozenset({ONE, TWO})}, frozenset({Grant("head", ONE)}), (0, 1)),
        ),
        (
            [AUDITOR, TEACHER],
            ["personnel"],
            {"role": ("auditor", "teacher"), "uai": (TWO,)},
            Allowed({"personnel": None}, frozenset({Grant("academy_auditor", None)}), (0, 1)),
        ),
    ],
    ids=range(9),
)
def test_what_rules_allow(
    rules: list[Rule], profiles: list[str], attributes: dict[str, tuple[str, ...]], allowed: Allowed
) -> None:
    assert evaluate(rules, profiles, attributes) == allowed


@pytest.mark.parametrize(
    ("matcher", "values", "value"),
    [
        (Matcher("ine", "v"), ("123456789ab",), "123456789AB"),
        (Matcher("ine", "v"), ("12345678",), None),
        (Matcher("ine", "v"), ("123456789AB", "123456789AB"), "123456789AB"),
        (Matcher("ine", "v"), ("123456789AB", "123456789AC"), None),
        (Matcher("ine", "v"), (), None),
        (Matcher("mail", "v", ("A.example",)), ("Paul@a.EXAMPLE",), "Paul@a.example"),
        (Matcher("mail", "v", ("a.example",)), ("paul@b.a.example",), None),
        (Matcher("mail", "v", ("a.example",)), ("paul@a.example@b.example",), None),
        (Matcher("mail", "v", ("a.example",)), ("paul",), None),
        (Matcher("username", "v"), ("P.Martin",), "p.martin"),
        (Matcher("username", "v"), ("p.mártin",), None),
        (Matcher("username", "v"), ("p. martin",), None),
        (Matcher("username", "v", suffix="@a"), ("p.martin@a",), "p.martin"),
        (Matcher("username", "v", suffix="@a"), ("p.martin@b",), None),
        (Matcher("username", "v", suffix="@a"), ("@a",), None),
        (Matcher("stored", "v"), ("p.martin",), None),
        (Matcher("proof", "v"), ("p.martin",), None),
    ],
    ids=range(17),
)
def test_the_value_that_is_compared(matcher: Matcher, values: tuple[str, ...], value: str | None) -> None:
    assert value_of(matcher, {"v": values} if values else {}) == value


STAFF = Candidate(1, "personnel", "active", True, frozenset({ONE}))


def _candidate(account: int = 1, **changes: Any) -> Candidate:
    return Candidate(**{**vars(STAFF), "account": account, **changes})


ANY, AT_ONE, AT_TWO = (
    Allowed({"personnel": schools}) for schools in (None, frozenset({ONE}), frozenset({TWO}))
)


@pytest.mark.parametrize(
    ("allowed", "candidates", "linked", "why"),
    [
        (Allowed(), [STAFF], False, Why.NO_RULE),
        (ANY, [], False, Why.UNKNOWN),
        (ANY, [_candidate(profile="eleve")], False, Why.OTHER_PROFILE),
        (ANY, [_candidate(state="closed")], False, Why.CLOSED),
        (ANY, [_candidate(present=False)], True, Why.CLOSED),
        (ANY, [STAFF, _candidate(2)], False, Why.AMBIGUOUS),
        (ANY, [STAFF, _candidate(2, state="closed"), _candidate(3, profile="responsable")], False, None),
        (AT_TWO, [STAFF], True, Why.OUTSIDE_SCHOOLS),
        (AT_ONE, [STAFF], False, None),
        (Allowed({"personnel": frozenset()}), [STAFF], False, Why.OUTSIDE_SCHOOLS),
        (ANY, [_candidate(state="locked")], True, Why.LOCKED),
        (ANY, [_candidate(linked_elsewhere=True)], False, Why.LINKED_ELSEWHERE),
        (ANY, [_candidate(linked_elsewhere=True)], True, None),
        (ANY, [_candidate(state="created")], False, None),
    ],
    ids=range(14),
)
def test_which_account(allowed: Allowed, candidates: list[Candidate], linked: bool, why: Why | None) -> None:
    decision = decide(allowed, candidates, linked)
    assert (decision.why, decision.account) == (why, 1 if why is None else None)


NOW, BEGAN = 10_000, 9_900
FRESH, AGED = Demand(fresh=True), Demand(max_age=600)


@pytest.mark.parametrize(
    ("moment", "demand", "says_time", "stale"),
    [
        (None, Demand(), True, False),
        (None, FRESH, True, True),
        (None, FRESH, False, False),
        (None, AGED, False, True),
        (BEGAN - 60, FRESH, True, False),
        (BEGAN - 61, FRESH, True, True),
        (NOW - 660, AGED, True, False),
        (NOW - 661, AGED, True, True),
        (NOW + 60, Demand(), True, False),
        (NOW + 61, Demand(), True, True),
        (1, Demand(), True, False),
    ],
    ids=range(11),
)
def test_whether_a_login_is_too_old(moment: int | None, demand: Demand, says_time: bool, stale: bool) -> None:
    assert is_stale(Login(None, (), moment), demand, BEGAN, NOW, 60, says_time) == stale


@pytest.mark.parametrize(
    ("moment", "demand", "time"),
    [
        (None, Demand(), NOW),
        (5_000, Demand(), 5_000),
        (NOW + 30, Demand(), NOW),
        (BEGAN - 30, FRESH, BEGAN),
        (BEGAN + 5, FRESH, BEGAN + 5),
    ],
    ids=range(5),
)
def test_the_time_of_our_session(moment: int | None, demand: Demand, time: int) -> None:
    assert auth_time(Login(None, (), moment), demand, BEGAN, NOW) == time


@pytest.mark.parametrize(
    ("level", "amr", "accepted", "expected"),
    [
        (None, (), [], ("fed",)),
        (None, (), ["high"], ()),
        ("low", (), ["high"], ()),
        ("high", (), ["high"], ("fed",)),
        ("mfa", (), ["high"], ("fed", "mfa")),
        ("low", ("otp", "mfa"), ["high"], ("fed", "mfa")),
    ],
    ids=range(6),
)
def test_the_methods_of_our_session(
    level: str | None, amr: tuple[str, ...], accepted: list[str], expected: tuple[str, ...]
) -> None:
    assert methods(Login(level, amr, None), accepted, ["mfa"]) == expected


@pytest.mark.parametrize("demand", [Demand(), FRESH, AGED, Demand(True, 0), Demand(False, 0)], ids=str)
def test_a_demand_as_text(demand: Demand) -> None:
    assert Demand.from_text(demand.to_text()) == demand


@pytest.mark.parametrize("text", ["x", "ff", "f-1", "1.5", "9" * 11, "٣"])
def test_other_texts_are_no_demand(text: str) -> None:
    with pytest.raises(ValueError, match="no demand"):
        Demand.from_text(text)
