"""Mes enfants: a new password for a child, two accounts of one guardian, and the end of a link at full age."""

import pytest
from flask import Flask
from sqlalchemy import select

from idp.database.engine import reading
from idp.people.storage.tables import Guardianship
from tests.actors.account_holder import notice_subjects, signed_in
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian(username="c.durand")


@pytest.fixture
def child(world: World, guardian: Someone) -> Someone:
    child = world.pupil("Léa", username="l.durand", birth_date="2014-05-06")
    world.family(guardian, child)
    return child


def provisional(page: Visitor) -> str:
    return page.html.partition('class="provisional">')[2].partition("<")[0]


class TestChildsPassword:
    def test_a_childs_new_password_is_provisional_and_shown_once(
        self, app: Flask, guardian: Someone, child: Someone
    ) -> None:
        lea = signed_in(app, child)
        page = signed_in(app, guardian).opens("/account/children").sees("Léa", "6 A", "l.durand")
        password = provisional(page.fills("act=reset", child=str(child.person)))
        assert len(password.replace(" ", "")) == 12
        assert not provisional(page.opens("/account/children"))
        assert lea.opens("/account").path.endswith("/sign_in"), "the child's sessions end"
        lea.fills(profile="eleve").fills(username="l.durand", password=password)
        lea.sees("Choisissez votre mot de passe").fills(password="azerty", again="azerty").sees("A01")
        lea.fills(password="Poires-Vertes-1848", again="Poires-Vertes-1848").sees("Mes informations")
        assert notice_subjects(app) == ["Nouveau mot de passe pour votre enfant"]

    @pytest.mark.parametrize("which", ["another's", "unknown", "text", "disputed"])
    def test_only_the_guardians_own_children_are_reset(
        self, app: Flask, world: World, guardian: Someone, child: Someone, which: str
    ) -> None:
        pupil_of_others = world.pupil("Tom")
        page = signed_in(app, guardian).opens("/account/children")
        if which == "disputed":
            from sqlalchemy import update

            from idp.database.engine import transaction

            with app.app_context(), transaction() as tx:
                tx.execute(update(Guardianship).values(disputed_at=1))
        wanted = {"another's": pupil_of_others.person, "unknown": 999, "text": "x", "disputed": child.person}[
            which
        ]
        page.fills("act=reset", child=str(wanted)).sees("C01")
        assert page.status == 403
        assert world.facts(child).state == world.facts(pupil_of_others).state == "active"

    def test_a_child_of_full_age_is_not_reset(self, app: Flask, world: World, guardian: Someone) -> None:
        grown = world.pupil("Max", birth_date="2007-01-01")
        world.family(guardian, grown)
        lea = world.pupil("Léa")
        world.family(guardian, lea)
        page = signed_in(app, guardian).opens("/account/children")
        page.fills("act=reset", child=str(grown.person)).sees("C02")


class TestJoining:
    def second(self, world: World, **more: object) -> tuple[Someone, Someone]:
        """Another account of the same guardian, with a child in another school."""
        second_account = world.guardian(username="c.durand2", mail="other@example.org", **more)
        tom = world.pupil("Tom", birth_date="2012-07-08")
        world.family(second_account, tom)
        return second_account, tom

    def test_joining_moves_the_children_and_closes_the_other_account(
        self, app: Flask, world: World, guardian: Someone, child: Someone
    ) -> None:
        second_account, _ = self.second(world)
        page = signed_in(app, guardian).opens("/account/children").follows("Réunir un autre de mes comptes")
        page.fills(username="C.DURAND2", password=second_account.password).sees("réunis", "Léa", "Tom")
        assert world.facts(second_account).state == "closed"
        assert notice_subjects(app) == ["Vos deux comptes sont réunis"]

    @pytest.mark.both_engines
    def test_joining_unlinks_the_other_accounts_provider_identity(
        self, app: Flask, world: World, guardian: Someone
    ) -> None:
        from idp.database.engine import transaction
        from idp.federation.storage import logins

        second_account, _ = self.second(world)
        identity = {
            "issuer": "https://theirs.example",
            "subject": "claire",
            "account_id": second_account.account,
        }
        with app.app_context(), transaction() as tx:
            logins.add_identity(tx, {**identity, "linked_at": 1, "last_used_at": 1})
        signed_in(app, guardian).opens("/account/children/join").fills(
            username="c.durand2", password=second_account.password
        )
        with app.app_context(), transaction() as tx:
            assert logins.account_of(tx, "https://theirs.example", "claire", 1) is None

    def test_a_child_of_both_accounts_is_linked_once(
        self, app: Flask, world: World, guardian: Someone, child: Someone
    ) -> None:
        second_account, _ = self.second(world)
        world.family(second_account, child)
        signed_in(app, guardian).opens("/account/children/join").fills(
            username="c.durand2", password=second_account.password
        )
        with app.app_context():
            rows = reading().execute(
                select(Guardianship.pupil_id).where(
                    Guardianship.guardian_id == guardian.person, Guardianship.until.is_(None)
                )
            )
            assert len(list(rows)) == 2

    def test_a_wrong_password_counts_in_the_other_accounts_bucket(
        self, app: Flask, world: World, guardian: Someone
    ) -> None:
        second_account, _ = self.second(world)
        page = signed_in(app, guardian).opens("/account/children/join")
        for _ in range(5):
            page.fills(username="c.durand2", password="wrong").sees("S01")
        page.fills(username="c.durand2", password=second_account.password).sees("S02")

    @pytest.mark.parametrize("changes", [{"first": "Anne"}, {"last": "Petit"}, {"second_factor_since": 1}])
    def test_accounts_of_different_names_are_not_joined(
        self, app: Flask, world: World, guardian: Someone, changes: dict[str, object]
    ) -> None:
        second_account, _ = self.second(world, **changes)
        page = signed_in(app, guardian).opens("/account/children/join")
        page.fills(username="c.durand2", password=second_account.password).sees("C03")
        assert world.facts(second_account).state == "active"

    @pytest.mark.parametrize(
        ("mother", "homonym", "joined"),
        [
            ({"civility": "MME"}, {"civility": "M."}, False),
            ({}, {"relation": "20"}, False),
            ({"civility": "MME"}, {"civility": "Mme"}, True),
        ],
    )
    def test_the_other_parent_of_the_same_name_is_not_joined(
        self, app: Flask, world: World, child: Someone, mother: dict, homonym: dict, joined: bool
    ) -> None:
        """They know each other's password, and a mother is not a father."""
        camille = world.guardian("Camille", "Ormail", mail="camille@example.org", **mother)
        world.family(camille, child)
        relation = homonym.get("relation", "10")
        more = {name: value for name, value in homonym.items() if name != "relation"}
        other_parent = world.guardian("Camille", "Ormail", mail="other@example.org", **more)
        world.family(other_parent, world.pupil("Tom", birth_date="2012-07-08"), relation=relation)
        page = signed_in(app, camille).opens("/account/children/join")
        page = page.fills(username=other_parent.username, password=other_parent.password)
        assert (world.facts(other_parent).state == "closed") is joined
        if not joined:
            page.sees("C03")

    def test_an_account_is_not_joined_with_itself_or_a_pupils(
        self, app: Flask, world: World, guardian: Someone
    ) -> None:
        namesake = world.pupil("Claire", username="c.durand9")
        page = signed_in(app, guardian).opens("/account/children/join")
        page.fills(username="c.durand", password=guardian.password).sees("C03")
        page.fills(username="c.durand9", password=namesake.password).sees("C03")


class TestAtEighteen:
    def test_a_pupil_of_full_age_ends_a_link(self, app: Flask, world: World, guardian: Someone) -> None:
        grown = world.pupil("Max", username="m.durand", birth_date="2007-01-01")
        world.family(guardian, grown)
        max_page = signed_in(app, grown).opens("/account/guardians").sees("Claire Durand")
        max_page.fills("act=end").sees("Le lien est terminé", "Aucun responsable")
        assert "Max" not in signed_in(app, guardian).opens("/account/children").words

    @pytest.mark.both_engines
    def test_a_pupil_under_age_ends_no_link(
        self, app: Flask, world: World, guardian: Someone, clock: Clock
    ) -> None:
        # The tests' noon is in November 2026.
        young = world.pupil("Max", username="m.durand", birth_date="2008-12-31")
        world.family(guardian, young)
        page = signed_in(app, young).opens("/account/guardians").sees("À dix-huit ans")
        from tests.pages import fields_of

        token = fields_of(page.opens("/account/devices").html, having="csrf_token")["csrf_token"]
        answer = page.browser.post(
            "/account/guardians", data={"csrf_token": token, "act": "end", "link": "1"}
        )
        assert answer.status_code == 403

    def test_a_pupil_ends_no_link_of_another_pupil(
        self, app: Flask, world: World, guardian: Someone, child: Someone
    ) -> None:
        grown = world.pupil("Max", username="m.durand", birth_date="2007-01-01")
        page = signed_in(app, grown).opens("/account/devices")
        from tests.pages import fields_of

        token = fields_of(page.html, having="csrf_token")["csrf_token"]
        answer = page.browser.post(
            "/account/guardians", data={"csrf_token": token, "act": "end", "link": "1"}
        )
        assert answer.status_code == 403
        assert "Léa" in signed_in(app, guardian).opens("/account/children").html
