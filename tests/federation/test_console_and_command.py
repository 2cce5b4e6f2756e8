"""The console and the command show an upstream, and try its rules on an example without writing anything."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from idp.cli import main
from idp.database.engine import db, reading, transaction
from idp.federation import inspection, upstreams
from idp.people.storage.tables import StaffPost
from idp.saml.xml.documents import serialize
from tests.actors.saml_upstream import SamlUpstream
from tests.actors.upstream import OpenIdUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import TEST_SECRETS, Clock, Serve
from tests.federation.academy import Academy, academy_with
from tests.federation.conftest import Lends

ONE = "0990001N"
MEMBERS = {
    "profiles": ["personnel"],
    "match": "mail",
    "mail_domains": ["academie.example"],
    "rules": [
        {
            "name": "Direction",
            "profile": "personnel",
            "when": {"role": ["head"]},
            "schools_from": "uai",
            "roles": ["head"],
        },
        {"profile": "personnel", "when": {"role": ["teacher"]}, "schools_from": "uai"},
    ],
}
EXAMPLES = [
    ({"email": "paul@academie.example", "role": "head", "uai": ONE}, None),
    ({"email": "paul@academie.example", "role": "head", "uai": "0990002P"}, "F07"),
    ({"email": "paul@academie.example", "role": "other"}, "F07"),
    ({"email": "nobody@academie.example", "role": "head", "uai": ONE}, "F05"),
    ({"role": "head", "uai": ONE}, "F09"),
    ({"email": "gone@academie.example", "role": "head", "uai": ONE}, "S04"),
]


@pytest.fixture
def academy(clock: Clock, lends: Lends, serve_upstream: Serve) -> Academy:
    academy = academy_with("", clock, lends, serve_upstream, OpenIdUpstream(**MEMBERS))
    academy.world.staff(contact_mail="paul@academie.example", role="teacher")
    academy.world.staff("Luc", contact_mail="gone@academie.example", role="teacher", state="closed")
    return academy


def administrator(academy: Academy) -> Visitor:
    ida = academy.world.staff("Ida", "Weil", role="academy_administrator")
    with academy.app.app_context(), transaction() as tx:
        tx.execute(update(StaffPost).where(StaffPost.person_id == ida.person).values(school_id=None))
    visitor = academy.visitor().opens("/console/academy/providers")
    return visitor.fills(username=ida.username, password=ida.password).opens("/console/academy/providers")


def rows(academy: Academy) -> int:
    with academy.app.app_context():
        counts = (
            select(func.count()).select_from(db.metadata.tables[name])
            for name in ("federated_identities", "staff_posts", "sessions")
        )
        return sum(int(reading().execute(statement).scalar_one()) for statement in counts)


def test_the_console_shows_the_upstream_and_asks_it(academy: Academy) -> None:
    visitor = administrator(academy).sees("Autres fournisseurs", "Compte academie", "OpenID Connect")
    visitor.follows("Compte academie").sees("Direction", "idp_hint=academie", "adresse mail")
    visitor.fills(press="act=check").sees("Utilisable")
    academy.upstream.issuer = "http://localhost:9"
    visitor.opens("/console/academy/providers/academie").fills(press="act=check").sees("Inutilisable")


@pytest.mark.parametrize(("claims", "code"), EXAMPLES, ids=str)
def test_the_console_tries_an_example_and_writes_nothing(
    academy: Academy, claims: dict[str, str], code: str | None
) -> None:
    visitor = administrator(academy).opens("/console/academy/providers/academie")
    before = rows(academy)
    visitor.fills(press="act=try", example=json.dumps(claims))
    if code is None:
        visitor.sees("Connexion acceptée", "Paul Martin", "Direction", ONE)
    else:
        visitor.sees("Connexion refusée", code)
    assert rows(academy) == before


@pytest.mark.parametrize("example", ["", "{", "[]", "7", "<a/>", "[" * 5000, '{"a": ' * 2000])
def test_an_example_that_cannot_be_read_is_refused_with_what_was_typed(
    academy: Academy, example: str
) -> None:
    visitor = administrator(academy).opens("/console/academy/providers/academie")
    visitor.fills(press="act=try", example=example).sees("K08")


def test_others_do_not_see_it(academy: Academy) -> None:
    teacher = academy.world.staff("Rose", role="head")
    visitor = academy.visitor().opens("/console/academy/providers/academie")
    visitor.fills(username=teacher.username, password=teacher.password)
    visitor.opens("/console/academy/providers/academie").sees("K01")


def test_a_saml_example_is_read_without_its_signature(
    upstream_folder: Path, clock: Clock, lends: Lends
) -> None:
    upstream = SamlUpstream(upstream_folder, **{**MEMBERS, "match_attribute": "mail"})
    app = lends(federation={"providers": [upstream.settings]})
    with app.app_context():
        paul = World(app, clock).staff(contact_mail="paul@academie.example", role="teacher")
        request = upstream.begins(Visitor(app))
        answer = upstream.answer(request, "p", clock(), mail="paul@academie.example", role="teacher", uai=ONE)
        text = serialize(upstream.response(answer, clock())).decode()
        tried = inspection.try_example(upstreams.named("academie"), text)
        assert tried is not None and tried.recognised.account is not None
        assert tried.recognised.account.username == paul.username and tried.applied == ("2",)
        assert inspection.try_example(upstreams.named("academie"), "{}") is None
        condition = inspection.condition(upstreams.named("academie"), clock())
        assert condition.fault is None and condition.keys == 1 and condition.ends_at is not None


@pytest.fixture
def config(academy: Academy, tmp_path: Path) -> Path:
    """A settings file for the command, of the same provider."""
    settings = academy.app.extensions["settings"]
    values = {
        "IDP_SERVER__MODE": "development",
        "IDP_DATABASE__URL": settings.database.url,
        "IDP_OUTGOING__ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
        "IDP_FEDERATION__PROVIDERS": json.dumps([academy.upstream.settings]),
        **{f"IDP_SECRETS__{name.upper()}": value for name, value in TEST_SECRETS.items()},
    }
    path = tmp_path / "environment.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def run(config: Path, *arguments: str | Path) -> tuple[int, str]:
    result = CliRunner(env=json.loads(config.read_text())).invoke(main, ["upstream", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_command_lists_checks_and_tries(config: Path, tmp_path: Path) -> None:
    code, text = run(config, "list", "--json")
    assert code == 0 and json.loads(text)[0]["profiles"] == ["personnel"]
    assert run(config, "check", "academie")[0] == 0
    assert run(config, "check", "nobody")[0] == 1
    for claims, refused in EXAMPLES:
        example = tmp_path / "claims.json"
        example.write_text(json.dumps(claims), encoding="utf-8")
        code, text = run(config, "try", "academie", example, "--json")
        assert (code, json.loads(text)["code"]) == (0 if refused is None else 1, refused)


def test_identities_are_stored_from_a_list_all_or_none(
    config: Path, academy: Academy, tmp_path: Path
) -> None:
    anne = academy.world.staff("Anne", role="teacher")
    luce = academy.world.staff("Luce", role="teacher")
    listing = tmp_path / "identities.csv"
    listing.write_text(f"username,subject\n{anne.username},a1\nnobody,n1\n", encoding="utf-8")
    code, text = run(config, "link", "academie", listing)
    assert code == 1 and "line 3" in text
    academy.arrives("a1", role="teacher", uai=ONE).sees("F09")
    listing.write_text(f"username,subject\n{anne.username},a1\n{luce.username},l1\n", encoding="utf-8")
    assert run(config, "link", "academie", listing) == (0, "2 identities are new, 0 were stored already.\n")
    assert run(config, "link", "academie", listing) == (0, "0 identities are new, 2 were stored already.\n")
    academy.arrives("a1", role="teacher", uai=ONE).sees(anne.username)
    listing.write_text(f"username,subject\n{anne.username},l1\n", encoding="utf-8")
    assert run(config, "link", "academie", listing)[0] == 1
    assert run(config, "unlink", "academie", anne.username)[0] == 0
    assert run(config, "unlink", "academie", anne.username)[0] == 1
    listing.write_text("name,subject\nx,y\n", encoding="utf-8")
    assert run(config, "link", "academie", listing)[0] == 1
