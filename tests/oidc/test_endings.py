"""Revocation at the end of a session or of the right to sign in: immediate, complete, and limited to that person (CVE-2025-29928).

A grant for offline access outlives its session on purpose (OIDC Core §11, Back-Channel Logout §2.7), and nothing else:
there is no refresh token without it. It does not outlive the credentials with which it was given.
"""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from idp.accounts import close, disconnect, lock, merge, reset
from idp.cli import main
from idp.database.engine import reading
from idp.imports import lifecycle
from idp.oidc.clients.registration import Registered
from idp.passwords.hashing import hashing_pool
from idp.people.storage.tables import Account, Person
from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.visitor import Visitor, messages
from tests.actors.world import PASSWORD, Someone, World
from tests.conftest import NOON, Clock
from tests.imports.exports import export, files_of, link, person, pupil
from tests.operations.installation import Installation

pytestmark = pytest.mark.both_engines

NEW = "Poires-Vertes-1848"
OFFLINE = {"offline userinfo", "offline introspection", "refresh", "introspection of the refresh token"}
EVERYTHING = {"cookie", "copy of the cookie", "code", "userinfo", "introspection", *OFFLINE}
NOTHING: set[str] = set()


class Visit:
    """One browser of a person, and a service's tokens in it: with and without offline access."""

    def __init__(self, app: Flask, world: World, service: Registered, someone: Someone) -> None:
        self.app, self.someone = app, someone
        with app.app_context():
            self.party = RelyingParty(app, service, signed_in_browser(world, someone))
        self.online = self.party.tokens(scope="openid email")
        self.offline = self.party.tokens(scope="openid offline_access")
        self.code = self.party.code()
        self.cookie = self.party.browser.get_cookie("idp_session")
        part = self.online["id_token"].split(".")[1]
        self.sid = str(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sid"])

    @property
    def person(self) -> Visitor:
        """The person at this browser."""
        return Visitor(self.app, self.party.browser)

    def alive(self) -> set[str]:
        """All of it that still opens something. Asked once: a code and a refresh token are used up by it."""
        party, online, offline = self.party, self.online["access_token"], self.offline["access_token"]
        refresh = self.offline["refresh_token"]
        thief = RelyingParty(self.app, party.registered, self.app.test_client())
        assert self.cookie is not None
        thief.browser.set_cookie("idp_session", self.cookie.value)
        opening = {
            "cookie": "code" in answer(party.authorize(prompt="none")),
            "copy of the cookie": "code" in answer(thief.authorize(prompt="none")),
            "code": party.redeem(self.code).status_code == 200,
            "userinfo": party.userinfo(online).status_code == 200,
            "introspection": party.introspect(online)["active"],
            "offline userinfo": party.userinfo(offline).status_code == 200,
            "offline introspection": party.introspect(offline)["active"],
            "introspection of the refresh token": party.introspect(refresh)["active"],
            "refresh": party.refresh(refresh).status_code == 200,
        }
        return {name for name, opens in opening.items() if opens}


class Scene:
    """Claire, signed in here and there, and Anne; all that they have is from before the ending."""

    def __init__(self, app: Flask, world: World, clock: Clock, run: Callable[..., None]) -> None:
        self.app, self.world, self.clock, self.run = app, world, clock, run
        self.service = world.relying_party(backchannel_logout_uri="https://portail.example/bye")
        self.imports(gone=False)
        self.claire, self.anne = self.activated("Claire"), self.activated("Anne")
        self.here, self.there = self.visit(self.claire), self.visit(self.claire)
        self.of_anne = self.visit(self.anne)

    def imports(self, gone: bool) -> None:
        """The school's base, with Claire's family or without."""
        families = export(
            (pupil("1"), pupil("2", first_name="Tom", family_name="Petit")),
            (
                person("11"),
                person("12", first_name="Anne", family_name="Petit", mobile=None, contact_mail=None),
            ),
            (link("1", "11"), link("2", "12")),
        )
        if gone:
            families = export(families.pupils[1:], families.persons[1:], families.links[1:])
        with self.app.app_context():
            lifecycle.write(files_of(families), self.clock(), "test", many_may_leave=True)

    def activated(self, first: str) -> Someone:
        with self.app.app_context():
            row = (
                reading()
                .execute(
                    select(Account.id, Account.person_id, Account.username)
                    .join(Person, Person.id == Account.person_id)
                    .where(Person.first_name == first)
                )
                .one()
            )
            hashed = hashing_pool().hash(PASSWORD)
        someone = Someone(*row, PASSWORD)
        moments = dict.fromkeys(("password_changed_at", "identity_proved_at", "mail_verified_at"), NOON)
        mail = f"{first.lower()}@example.org"
        self.world.set_account(someone, state="active", password_hash=hashed, mail=mail, **moments)
        return someone

    def visit(self, someone: Someone) -> Visit:
        return Visit(self.app, self.world, self.service, someone)

    def acts(self, act: Callable[..., object], *arguments: object) -> None:
        """An administrator's act."""
        with self.app.app_context():
            act(*arguments, "test", self.clock())

    def notified_sessions(self) -> set[str]:
        """The ended sessions of the service's notices, after the worker has run."""
        return {notice["sid"] for notice in messages(self.app, "logout_notice")}


def logs_out(scene: Scene) -> None:
    scene.here.person.opens("/logout").fills(confirm="1")


def disconnects_it_from_there(scene: Scene) -> None:
    scene.there.person.opens("/account/devices").fills(sid=scene.here.sid)


def disconnects_all_others_from_there(scene: Scene) -> None:
    scene.there.person.opens("/account/devices").fills("act=others")


def goes_on_as_somebody_else_here(scene: Scene) -> None:
    pupils = scene.world.relying_party(accepted_profiles=["eleve"])
    portal = RelyingParty(scene.app, pupils, scene.here.party.browser)
    scene.here.person._arrive(portal.authorize()).sees("S07").fills()


def is_disconnected_by_the_office(scene: Scene) -> None:
    scene.acts(disconnect.disconnect, scene.world.facts(scene.claire))


def chooses_a_new_password_there(scene: Scene) -> None:
    scene.there.person.opens("/account/password").fills(password=NEW, again=NEW)


def recovers_the_password(scene: Scene) -> None:
    Visitor(scene.app).opens("/recovery/password").fills(username=scene.claire.username)
    mail = messages(scene.app, "mail")[-1]["facts"]["link"].removeprefix("http://localhost")
    Visitor(scene.app).opens(mail).fills(password=NEW, again=NEW).sees("Mes informations")


def is_locked(scene: Scene) -> None:
    scene.acts(lock.lock, scene.world.facts(scene.claire))


def locks_it_by_the_link_of_a_mail(scene: Scene) -> None:
    scene.here.person.opens("/account/mail").fills("act=change", mail="new@example.org")
    alarm = [m["facts"] for m in messages(scene.app, "mail") if m["to"] == "claire@example.org"][-1]
    Visitor(scene.app).opens(alarm["link"].removeprefix("http://localhost")).fills().sees("verrouillé")


def is_closed(scene: Scene) -> None:
    scene.acts(close.close, scene.world.facts(scene.claire))


def is_joined_to_another_account(scene: Scene) -> None:
    remaining = scene.world.facts(scene.world.guardian("Claire", "Durand"))
    scene.acts(merge.merge, remaining, scene.world.facts(scene.claire), "Deux fiches")


def is_reset_by_the_office(scene: Scene) -> None:
    scene.acts(reset.reset, scene.world.facts(scene.claire))


def is_reset_from_a_terminal(scene: Scene) -> None:
    scene.run("accounts", "reset", scene.claire.username)


def is_no_longer_in_the_base(scene: Scene) -> None:
    scene.imports(gone=True)


Ending = Callable[[Scene], None]
OF_ONE_SESSION: list[Ending] = [
    logs_out,
    disconnects_it_from_there,
    disconnects_all_others_from_there,
    goes_on_as_somebody_else_here,
]
OF_ALL_HER_RIGHTS: list[Ending] = [
    recovers_the_password,
    is_locked,
    locks_it_by_the_link_of_a_mail,
    is_closed,
    is_joined_to_another_account,
    is_reset_by_the_office,
    is_reset_from_a_terminal,
    is_no_longer_in_the_base,
]
LEFT: dict[Ending, tuple[set[str], set[str]]] = {
    **dict.fromkeys(OF_ONE_SESSION, (OFFLINE, EVERYTHING)),
    is_disconnected_by_the_office: (OFFLINE, OFFLINE),
    # The session of the browser in which it was changed continues; grants of the old password end.
    chooses_a_new_password_there: (NOTHING, {"cookie"}),
    **dict.fromkeys(OF_ALL_HER_RIGHTS, (NOTHING, NOTHING)),
}
"""What Claire does or suffers → what is left of her visit here, and of the one there."""


@pytest.fixture
def run(
    tmp_path: Path, database_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """An `idp` command on the same database, at the moment of the test."""
    config = Installation(tmp_path, database_url).config

    def running(*words: str) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda: float(clock()))
            done = CliRunner().invoke(main, ["--config", str(config), *words])
        assert done.exit_code == 0, done.output

    return running


@pytest.fixture
def scene(app: Flask, contextless: World, clock: Clock, run: Callable[..., None]) -> Scene:
    return Scene(app, contextless, clock, run)


@pytest.mark.parametrize("ending", LEFT, ids=lambda ending: ending.__name__)
def test_an_ending_revokes_at_once_and_revokes_nothing_else(scene: Scene, ending: Ending) -> None:
    """The worker does not run between the ending and the check; then the services of these sessions alone are notified."""
    ending(scene)
    here, there, of_anne = (visit.alive() for visit in (scene.here, scene.there, scene.of_anne))
    assert {"here": here, "there": there, "hers": of_anne} == {
        "here": LEFT[ending][0],
        "there": LEFT[ending][1],
        "hers": EVERYTHING,
    }
    over = {visit.sid for visit, left in ((scene.here, here), (scene.there, there)) if "cookie" not in left}
    if ending is not is_no_longer_in_the_base:
        assert scene.notified_sessions() == over


def is_locked_and_opened_again(scene: Scene) -> None:
    is_locked(scene)
    scene.clock.advance(60)
    scene.acts(lock.unlock, scene.world.facts(scene.claire))


def has_left_and_come_back(scene: Scene) -> None:
    scene.imports(gone=True)
    scene.clock.advance(60)
    scene.imports(gone=False)


@pytest.mark.parametrize(
    "ending", [is_locked_and_opened_again, has_left_and_come_back], ids=lambda ending: ending.__name__
)
def test_a_reopened_account_does_not_restore_its_tokens(scene: Scene, ending: Ending) -> None:
    ending(scene)
    assert (scene.here.alive(), scene.there.alive()) == (NOTHING, NOTHING)
    assert scene.visit(scene.claire).alive() == EVERYTHING, "a new sign-in brings all of it back"
