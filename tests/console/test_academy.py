"""The academy's pages: services, keys, staff, the audit trail, personal data, incidents."""

import base64
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from idp.audit import sealing
from idp.audit.storage.tables import AuditRecord, AuditSeal
from idp.console import approvals, personal_data
from idp.console.storage import numbers
from idp.database.engine import reading, transaction
from idp.messages.storage import destinations, outbox
from idp.messages.storage.outbox import OutboxMessage
from idp.oidc.clients import initial_tokens, registration, registry
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.storage import clients as client_storage
from idp.people.storage.tables import Account, Enrolment, Person
from idp.refusals import Refusal
from idp.runtime.context import settings
from idp.services import access
from idp.services.rules.access import in_season
from idp.services.rules.registration_reader import MetadataFaults
from tests.actors.console_staff import worker_of
from tests.actors.due_messages import due
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON, Clock

DAY = 86400
ACADEMY = "/console/academy"


@pytest.fixture
def admin(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


def portal_of(world: World, someone) -> RelyingParty:
    return RelyingParty(world.app, world.relying_party(), signed_in_browser(world, someone))


FORM = {
    "owner": "Éditeur Tilleul",
    "client_name": "Cantine",
    "redirect_uris": "https://cantine.example/cb\nhttps://cantine.example/cb2",
    "scope": "openid ect.scope.cnx",
    "contacts": "equipe@cantine.example",
}


def registered(admin: Visitor, **more: str) -> tuple[str, str]:
    page = admin.opens(f"{ACADEMY}/services/new").fills(press="act=register", **(FORM | more))
    return tuple(re.findall(r'<code class="address">([^<]+)</code>', page.html))


def test_a_service_is_registered_by_form_and_its_secret_is_shown_once(app: Flask, admin: Visitor) -> None:
    client_id, secret = registered(admin)
    admin.follows("Voir le service").sees("Cantine", "Éditeur Tilleul", "equipe@cantine.example")
    assert secret not in admin.html
    with app.app_context():
        made = registry.find(client_id)
        assert made.has_secret(secret, NOON) and made.registration.redirect_uris == (
            "https://cantine.example/cb",
            "https://cantine.example/cb2",
        )


def test_a_service_is_registered_from_a_document(app: Flask, admin: Visitor) -> None:
    document = {"client_name": "Cantine", "redirect_uris": ["https://c.example/cb"], "software_id": "cantine"}
    page = admin.opens(f"{ACADEMY}/services/new").fills(press="act=register", document=json.dumps(document))
    client_id = re.search(r'<code class="address">([^<]+)</code>', page.html)[1]
    with app.app_context():
        assert registry.find(client_id).registration.software_id == "cantine"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uris", "http://cantine.example/cb"),
        ("redirect_uris", "https://cantine.example/#x"),
        ("scope", "profile"),
        ("accepted_schools", "0990001A"),
        ("season_from", "13-01"),
        ("season_until", "06-30"),
        ("document", "[1]"),
        ("document", "{"),
    ],
)
def test_an_invalid_member_is_named_and_nothing_is_stored(
    app: Flask, admin: Visitor, member: str, value: str
) -> None:
    page = admin.opens(f"{ACADEMY}/services/new").fills(press="act=register", **(FORM | {member: value}))
    named = "season_from" if member == "season_until" else member
    assert page.status == 422 and f"<code>{named}</code>" in page.html
    with app.app_context():
        assert registry.every() == []


def test_a_service_without_a_name_is_called_by_its_host(app: Flask, admin: Visitor) -> None:
    admin.opens(f"{ACADEMY}/services/new").fills(press="act=register", **(FORM | {"client_name": ""}))
    with app.app_context():
        assert [client.registration.client_name for client in registry.every()] == ["cantine.example"]


@pytest.mark.both_engines
def test_concurrent_changes_of_a_service_are_refused(
    app: Flask, admin: Visitor, at_console: Callable[[Someone], Visitor], contextless: World
) -> None:
    client_id, _ = registered(admin)
    second_admin = at_console(worker_of(contextless, "academy_administrator")).opens(
        f"{ACADEMY}/services/{client_id}/edit"
    )
    admin.opens(f"{ACADEMY}/services/{client_id}/edit").fills(press="act=save", client_name="Cantine bleue")
    second_admin.fills(press="act=save", client_name="Cantine rouge").sees("K03")
    with app.app_context():
        assert registry.find(client_id).registration.client_name == "Cantine bleue"


def test_members_that_the_form_does_not_show_stay(app: Flask, world: World) -> None:
    from idp.console.rules.client_fields import OIDC
    from idp.console.rules.service_form import document_of, values_of

    made = world.relying_party(software_id="icart", require_auth_time=True, default_max_age=600)
    values = values_of(made.metadata, OIDC.fields)
    form = {
        name: list(value) if isinstance(value, (list, tuple)) else [value] for name, value in values.items()
    }
    registration.replace(made.client_id, document_of(form, made.metadata, OIDC.fields), "test", NOON)
    assert registration.shown(registry.find(made.client_id).registration) == made.metadata


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def works(app: Flask, client_id: str, secret: str) -> bool:
    data = {"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://x.example"}
    answer = app.test_client().post("/token", data=data, headers=basic(client_id, secret))
    return answer.json["error"] != "invalid_client"


def test_two_secrets_work_during_a_rotation_and_one_after(
    app: Flask, contextless: World, admin: Visitor, clock: Clock
) -> None:
    client_id, old = registered(admin)
    page = (
        admin.opens(f"{ACADEMY}/services/{client_id}")
        .fills(press="act=rotate")
        .sees("L’ancien secret marche encore")
    )
    new = re.findall(r'<code class="address">([^<]+)</code>', page.html)[1]
    assert works(app, client_id, old) and works(app, client_id, new) and not works(app, client_id, "x")
    clock.advance(7 * DAY)
    assert not works(app, client_id, old) and works(app, client_id, new)


@pytest.mark.both_engines
def test_the_old_secret_is_ended_at_once(app: Flask, admin: Visitor) -> None:
    client_id, old = registered(admin)
    admin.opens(f"{ACADEMY}/services/{client_id}").fills(press="act=rotate")
    admin.opens(f"{ACADEMY}/services/{client_id}").fills(press="act=end_old")
    assert not works(app, client_id, old)


def test_a_stolen_secret_is_replaced_without_overlap(app: Flask, world: World) -> None:
    made = world.relying_party()
    registration.rotate_secret(made.client_id, "command", NOON, 0)
    assert not works(app, made.client_id, made.client_secret or "")


def test_a_service_is_suspended_and_opened_again(app: Flask, admin: Visitor) -> None:
    client_id, secret = registered(admin)
    admin.opens(f"{ACADEMY}/services/{client_id}").fills(press="act=suspend").sees("Suspendu")
    assert not works(app, client_id, secret)
    admin.fills(press="act=enable").sees("Suspendre")
    assert works(app, client_id, secret)


@pytest.mark.parametrize(
    ("season", "day", "open_"),
    [
        (("09-01", "10-16"), "2026-09-01", True),
        (("09-01", "10-16"), "2026-10-16", True),
        (("09-01", "10-16"), "2026-10-17", False),
        (("09-01", "10-16"), "2026-08-31", False),
        (("11-15", "02-15"), "2026-12-31", True),
        (("11-15", "02-15"), "2027-02-16", False),
        ((None, None), "2026-07-14", True),
    ],
)
def test_a_season_comes_back_each_year_and_may_span_new_year(season, day: str, open_: bool) -> None:
    service = ClientMetadata("x", ("https://x.example/",), season_from=season[0], season_until=season[1])
    assert in_season(service, day) == open_


@pytest.mark.parametrize("limit", ["season", "schools"])
def test_a_closed_service_is_refused_at_login_single_sign_on_and_refresh(
    app: Flask, world: World, clock: Clock, limit: str
) -> None:
    """SECURITY.md row 17: every rule of a client holds on every way."""
    child = world.pupil()
    guardian = world.guardian()
    world.family(guardian, child)
    flow = portal_of(world, guardian)
    tokens = flow.tokens(scope="openid offline_access")
    closing = {
        "season": {"season_from": "01-01", "season_until": "01-02"},
        "schools": {"accepted_schools": ["0990002P"]},
    }[limit]
    document = flow.registered.metadata | closing
    registration.replace(flow.client_id, document, "test", NOON)
    code = {"season": "P05", "schools": "P06"}[limit]
    assert code in flow.authorize().text
    silent = flow.authorize(prompt="none")
    assert "error=access_denied" in silent.headers["Location"]
    assert flow.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    own = {"season": {}, "schools": {"accepted_schools": ["0990001N"]}}[limit]
    registration.replace(flow.client_id, flow.registered.metadata | own, "test", NOON)
    assert flow.authorize(prompt="none").headers["Location"].startswith("https://portail.example/cb?code=")


def test_accepted_schools_apply_to_staff(world: World) -> None:
    made = world.relying_party(accepted_schools=["0990001N"])
    facts, client = world.facts(world.staff()), registry.find(made.client_id)
    assert client is not None
    assert access.why_closed(client.service, facts, NOON) is None


@pytest.mark.both_engines
def test_last_use_is_noted_by_the_worker(app: Flask, world: World) -> None:
    portal_of(world, world.guardian()).tokens()
    with transaction() as tx:
        assert client_storage.note_uses(tx, NOON + 10) == 1
    (client,) = registry.every()
    assert client.last_used_at == NOON


@pytest.mark.both_engines
def test_an_initial_access_token_allows_a_limited_number_of_registrations(world: World) -> None:
    token = initial_tokens.make("Éditeur", 7, 2, "account:1", NOON)
    with transaction() as tx:
        opened = [initial_tokens.use_in(tx, token, NOON) for _ in range(3)]
    assert opened[0] and opened[1] and opened[2] is None
    again = initial_tokens.make("Éditeur", 7, 2, "account:1", NOON)
    assert initial_tokens.revoke(2, "account:1", NOON) and not initial_tokens.revoke(2, "account:1", NOON)
    old = initial_tokens.make("Éditeur", 7, 2, "account:1", NOON)
    with transaction() as tx:
        assert initial_tokens.use_in(tx, again, NOON) is None
        assert initial_tokens.use_in(tx, old, NOON + 7 * DAY) is None
    assert token not in json.dumps(initial_tokens.listed())


def test_a_token_is_shown_once(admin: Visitor) -> None:
    page = admin.opens(f"{ACADEMY}/tokens").fills(
        press="act=make", label="Éditeur Tilleul", days="7", uses="1"
    )
    token = re.search(r'<code class="address">([^<]+)</code>', page.html)[1]
    assert token not in admin.opens(f"{ACADEMY}/tokens").html
    admin.fills(press="act=revoke").sees("Retiré")
    admin.fills(press="act=make", label="x", days="900", uses="1").sees("K08")


def test_the_keys_page_shows_states_and_the_cost_of_revoking(app: Flask, admin: Visitor, world_flow) -> None:
    page = admin.opens(f"{ACADEMY}/keys").sees("Signe", "1 jeton encore valable", "Portail")
    kid = re.search(r'name="kid" value="([^"]+)"', page.html)[1]
    page.fills(press="act=revoke", typed="autre").sees("K08")
    page.fills(press="act=revoke", typed=kid[:8]).sees("Retirée")
    page.fills(press="act=rotate").sees("Suivante")


@pytest.fixture
def world_flow(app: Flask, clock: Clock):
    with app.app_context():
        world = World(app, clock)
        portal_of(world, world.guardian("Zoé", "Roux")).tokens()


@pytest.mark.both_engines
def test_staff_are_added_with_a_letter_and_their_post_ends(
    app: Flask, admin: Visitor, contextless: World
) -> None:
    contextless.school()
    page = admin.opens(f"{ACADEMY}/administrators")
    page.fills(
        press="act=add", first_name="Luc", family_name="Roy", role="secretary", uai="0990001N", mail=""
    )
    password = re.search(r'class="provisional">([^<]+)<', page.html)[1]
    with app.app_context():
        username = reading().execute(select(Account.username).order_by(Account.id.desc())).scalars().first()
    Visitor(app).opens("/account").fills(profile="personnel").fills(
        username=username, password=password
    ).sees("Choisissez")
    page.opens(f"{ACADEMY}/administrators").fills(press="act=end").sees("Administrateurs")
    assert "Luc Roy" not in page.html


@pytest.mark.parametrize(
    ("role", "uai"), [("academy_administrator", "0990001N"), ("head", ""), ("king", ""), ("head", "0990009Z")]
)
def test_a_role_must_match_its_school_or_academy(
    app: Flask, admin: Visitor, contextless: World, role: str, uai: str
) -> None:
    contextless.school()
    page = admin.opens(f"{ACADEMY}/administrators")
    page.fills(press="act=add", first_name="Luc", family_name="Roy", role=role, uai=uai).sees("K08")


@pytest.mark.both_engines
def test_the_incidents_page_lists_services_mails_and_jobs(
    app: Flask, admin: Visitor, contextless: World
) -> None:
    with app.app_context():
        made = contextless.relying_party()
        with transaction() as tx:
            outbox.post(tx, "mail", {"to": "perdu@example.org"}, NOON)
            outbox.post(tx, "logout_notice", {"client_id": made.client_id}, NOON)
            tx.execute(
                update(OutboxMessage).values(
                    given_up_at=NOON, last_error="address_refused: 550 5.1.1 no such user", attempts=12
                )
            )
    admin.opens(f"{ACADEMY}/trouble").sees(
        "perdu@example.org", "adresse refusée par le serveur de mail (550)", "Portail"
    )
    admin.fills(press="act=again")
    with app.app_context():
        assert len(due(NOON)) == 1
        assert numbers.lost_mails(reading(), 0) == []
        contextless.guardian("Anne", "Roux", mail="gone@example.org")
        with transaction() as tx:
            outbox.post(tx, "mail", {"to": "gone@example.org"}, NOON)
            tx.execute(update(OutboxMessage).values(given_up_at=NOON, last_error="address_refused: 550"))
        assert [lost.address for lost in numbers.lost_mails(reading(), 0)] == ["gone@example.org"]
    admin.opens(f"{ACADEMY}/services").sees("Portail")


@pytest.mark.both_engines
def test_a_service_that_does_not_answer_is_one_line_and_is_tried_again_at_once(
    app: Flask, admin: Visitor, contextless: World
) -> None:
    with app.app_context():
        made = contextless.relying_party(
            client_name="Pronote", backchannel_logout_uri="https://pronote.example/bye"
        )
        with transaction() as tx:
            for _ in range(300):
                outbox.post(
                    tx, "logout_notice", {"client_id": made.client_id}, NOON, "https://pronote.example"
                )
            destinations.fails(tx, "https://pronote.example", "answered: 503", NOON - 14 * 3600, False)
    page = admin.opens(f"{ACADEMY}/trouble").sees(
        "Pronote ne répond plus depuis 14 heures", "300", "refusé par l’autre serveur (503)"
    )
    page.fills(press="act=try")
    with app.app_context():
        (failing,) = destinations.failing(reading())
        assert failing.next_try_at == 0
    admin.opens(f"{ACADEMY}/audit?what=destination.").sees(
        "Nouvel essai d’une destination", "pronote.example"
    )


def test_the_audit_trail_is_searched_verified_and_exported(app: Flask, admin: Visitor) -> None:
    registered(admin)
    admin.opens(f"{ACADEMY}/audit?what=client.").sees("Service enregistré", "Cantine")
    admin.opens(f"{ACADEMY}/audit?actor=nobody").sees("Rien ne correspond")
    admin.opens(f"{ACADEMY}/audit").fills(press="act=verify").sees("La chaîne est entière")
    admin.opens(f"{ACADEMY}/audit").fills(press="act=export")
    lines = [json.loads(line) for line in admin.page.text.splitlines()]
    records = [line for line in lines if line["type"] == "record"]
    assert {record["seal"] for record in records} == {
        line["number"] for line in lines if line["type"] == "seal"
    }
    assert "client.register" in {record["act"] for record in records} and "secret" not in admin.page.text
    (made,) = [record for record in records if record["act"] == "client.register"]
    assert made["address"] == "127.0.0.1" and made["actor"].startswith("account:")


def test_a_record_that_was_touched_is_named_on_the_page(app: Flask, admin: Visitor) -> None:
    with app.app_context():
        sealing.seal_all(NOON)
        with transaction() as tx:
            tx.execute(update(AuditRecord).where(AuditRecord.id == 1).values(actor="somebody"))
    admin.opens(f"{ACADEMY}/audit").fills(press="act=verify").sees(
        "La chaîne est rompue", "La ligne 1 a été changée."
    )


def test_a_seal_whose_master_key_is_gone_is_named_on_the_page(app: Flask, admin: Visitor) -> None:
    with app.app_context():
        sealing.seal_all(NOON)
        with transaction() as tx:
            tx.execute(update(AuditSeal).where(AuditSeal.number == 1).values(mark="0a1b2c3d.x"))
    admin.opens(f"{ACADEMY}/audit").fills(press="act=verify").sees(
        "La chaîne est entière, mais des marques ne peuvent pas être vérifiées",
        "Scellés 1 à 1 : la clé maîtresse 0a1b2c3d",
    )


def gone(world: World):
    pupil = world.pupil()
    world.session(pupil)
    with transaction() as tx:
        tx.execute(update(Enrolment).values(until=NOON))
        tx.execute(update(Account).where(Account.id == pupil.account).values(present=False))
        tx.execute(update(Person).where(Person.id == pupil.person).values(updated_at=NOON))
    return pupil


@pytest.mark.both_engines
def test_a_person_is_erased_and_their_username_and_sub_never_come_back(world: World) -> None:
    pupil = gone(world)
    facts = world.facts(pupil)
    personal_data.erase(facts, "Demande du 3 mai", "account:1", NOON)
    person = reading().execute(select(Person.__table__).where(Person.id == pupil.person)).mappings().one()
    account = reading().execute(select(Account.__table__).where(Account.id == pupil.account)).mappings().one()
    assert {"Léa", "Durand", "2015-03-14", "lea"}.isdisjoint(map(str, person.values()))
    assert account["username"] == f"erased-{pupil.account}" and account["subject"] == facts.subject
    assert account["state"] == "closed" and account["password_hash"] is None
    written = reading().execute(select(AuditRecord.id)).all()
    personal_data.erase(facts, "encore une fois", "account:1", NOON)
    assert reading().execute(select(AuditRecord.id)).all() == written, "done already"


@pytest.mark.both_engines
@pytest.mark.parametrize("why", ["base", "hold"])
def test_a_person_under_legal_hold_is_not_erased(world: World, why: str) -> None:
    pupil = world.pupil() if why == "base" else gone(world)
    facts = world.facts(pupil)
    if why == "hold":
        personal_data.hold(facts, 30, "Procédure en cours", "account:1", NOON)
    assert personal_data.erasure_obstacle(facts, NOON) == why
    with pytest.raises(Refusal) as refused:
        personal_data.erase(facts, "Demande du 3 mai", "account:1", NOON)
    assert refused.value.code == "K12"
    if why == "hold":
        personal_data.hold(facts, 0, "", "account:1", NOON)
        personal_data.erase(facts, "Demande du 3 mai", "account:1", NOON)


def test_only_people_beyond_retention_are_erased_by_the_worker(world: World) -> None:
    left, held, here = gone(world), world.guardian("Zoé", "Roux"), world.pupil("Tom", "Petit")
    years = settings().console.history_years * personal_data.YEAR
    with transaction() as tx:
        assert personal_data.retire(tx, NOON + years - 10) == 0
        assert personal_data.retire(tx, NOON + years + 10) == 1
    names = set(reading().execute(select(Person.first_name)).scalars())
    assert names == {"–", "Zoé", "Tom"} and left and held and here


def test_all_data_on_a_person_is_exported(app: Flask, admin: Visitor, contextless: World) -> None:
    guardian = contextless.guardian("Zoé", "Roux")
    page = admin.opens(f"{ACADEMY}?q=roux").follows("Roux Zoé").follows("Exporter, garder ou effacer")
    page.fills(press="act=export")
    export = json.loads(page.page.text)
    assert export["who_i_am"][0]["first_name"] == "Zoé" and "password_hash" not in page.page.text
    assert guardian.username in page.page.text


@pytest.mark.settings(console={"four_eyes": ["export"]})
def test_with_four_eyes_an_export_waits_and_then_opens_for_an_hour(
    app: Flask, admin: Visitor, contextless: World, at_console: Callable[[Someone], Visitor], clock: Clock
) -> None:
    admin.opens(f"{ACADEMY}/audit").fills(press="act=export").sees("Exporter des données", "Attend une autre")
    second_admin = at_console(worker_of(contextless, "academy_administrator"))
    second_admin.opens(f"{ACADEMY}/approvals").fills(press="act=agree").sees("Accordée")
    with app.app_context():
        row = reading().execute(select(approvals.storage.Approval.asked_by)).scalar_one()
        assert approvals.may_export("audit", row, NOON) and not approvals.may_export(
            "audit", "account:999", NOON
        )
        assert not approvals.may_export("audit", row, NOON + 3600)
        assert not approvals.may_export("account:1", row, NOON)


def test_every_registration_path_uses_one_validator(world: World) -> None:
    with pytest.raises(MetadataFaults):
        registration.register(
            {"client_name": "x", "redirect_uris": ["https://x.example/"], "season_from": "01-01"}, "t", NOON
        )
