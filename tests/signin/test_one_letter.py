"""One letter in many browsers: the first password is stored, the others are refused; earlier sessions end.

The clock of these tests stands still: everything happens in one second, which must not matter.
"""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.account import children
from idp.accounts import lock, reset
from idp.database.engine import reading, transaction
from idp.letters import issue
from idp.people.accounts import find
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.recovery import activation_links, passwords
from idp.refusals import Refusal
from idp.runtime.context import settings
from idp.signin import authentication, sessions
from idp.signin import passwords as signin_passwords
from tests.actors.relying_party import RelyingParty
from tests.actors.sign_in import through_sign_in
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import PASSWORD, PROVISIONAL, Someone, World
from tests.at_once import at_once
from tests.conftest import NOON, Clock
from tests.pages import fields_of

pytestmark = pytest.mark.both_engines

BROWSERS = 20
NUMBER = "+33612345678"
NEW = "Poires-Vertes-1848"


def password_of(number: int) -> str:
    return f"Poires-Vertes-{1800 + number}"


def signs_in(app: Flask, username: str, password: str) -> str | None:
    """The code of the refusal, or None."""
    with app.app_context():
        try:
            authentication.sign_in(username, password, "192.0.2.1", "", app.extensions["clock"]())
        except Refusal as refusal:
            return refusal.code
    return None


def one_winner(app: Flask, username: str, windows: list[Visitor], refused: tuple[str, ...]) -> int:
    """Each window sends its form with a password of its own, all at once; which one has set it."""
    forms = [fields_of(window.html, having="again") for window in windows]

    def choose(number: int) -> tuple[int, str]:
        new = {"password": password_of(number), "again": password_of(number)}
        answer = windows[number].browser.post(windows[number].path, data={**forms[number], **new})
        return answer.status_code, answer.text

    answers = at_once(app, choose, len(windows))
    [winner] = [number for number, (status, _) in enumerate(answers) if status == 303]
    for number, (_, page) in enumerate(answers):
        assert number == winner or any(sign in page for sign in refused), page
    good = [number for number in range(len(windows)) if signs_in(app, username, password_of(number)) is None]
    assert good == [winner]
    return winner


def two_tabs(app: Flask, someone: Someone) -> tuple[Visitor, Visitor]:
    """Two windows of one browser at the form for a new password; each keeps the cookies that it has now."""
    first, second = through_sign_in(Visitor(app), someone, PROVISIONAL), Visitor(app)
    for cookie in first.browser._cookies.values():
        second.browser.set_cookie(cookie.key, cookie.decoded_value, path=cookie.path)
    return first, second.opens(first.path)


@pytest.mark.settings(throttling={"failures": 100, "per_address": 1000, "per_network": 1000})
class TestAtOnce:
    def test_the_first_of_twenty_browsers_wins(self, app: Flask, contextless: World) -> None:
        mother = contextless.guardian(state="notified")
        windows = [through_sign_in(Visitor(app), mother, PROVISIONAL) for _ in range(BROWSERS)]
        winner = one_winner(app, mother.username, windows, ("A11",))
        windows[winner].opens("/account").sees("Claire Durand")
        for number, window in enumerate(windows):
            if number != winner:
                assert "Claire Durand" not in window.opens("/account").html

    def test_the_first_of_twenty_windows_of_mon_compte_wins(self, app: Flask, contextless: World) -> None:
        mother = contextless.guardian()
        windows = [through_sign_in(Visitor(app), mother).opens("/account/password") for _ in range(BROWSERS)]
        one_winner(app, mother.username, windows, ("A11",))

    def test_the_first_of_two_tabs_of_one_browser_wins(self, app: Flask, contextless: World) -> None:
        """The other tab has the new session's cookie already, and must not go on as if its password was set."""
        mother = contextless.guardian(state="notified")
        one_winner(app, mother.username, list(two_tabs(app, mother)), ("A11",))

    def test_the_second_of_two_tabs_is_refused_however_late_it_comes(
        self, app: Flask, contextless: World
    ) -> None:
        """Its form left the browser with the old cookie, and is read after the first one is done: the race without threads."""
        mother = contextless.guardian(state="notified")
        first, second = two_tabs(app, mother)
        for window, number in ((first, 0), (second, 1)):
            new = {"password": password_of(number), "again": password_of(number)}
            fields = {**fields_of(window.html, having="again"), **new}
            answer = window.browser.post(window.path, data=fields)
            assert (answer.status_code == 303) == (number == 0)
        assert "A11" in answer.text
        assert signs_in(app, mother.username, password_of(0)) is None

    def test_the_same_form_sent_twice_is_not_refused(self, app: Flask, contextless: World) -> None:
        mother = contextless.guardian(state="notified")
        window, again = two_tabs(app, mother)
        new = {"password": password_of(0), "again": password_of(0)}
        fields = {**fields_of(window.html, having="again"), **new}
        for tab in (window, again):
            answer = tab.browser.post(window.path, data=fields)
            assert answer.status_code == 303 and "A11" not in answer.text

    def test_a_recovery_link_in_twenty_browsers(self, app: Flask, contextless: World) -> None:
        mother = contextless.guardian()
        Visitor(app).opens("/recovery/password").fills(username=mother.username)
        link = messages(app, "mail")[-1]["facts"]["link"].removeprefix("http://localhost")
        windows = [Visitor(app).opens(link) for _ in range(BROWSERS)]
        # V07: the link is used up; "déjà": it was before this browser was heard.
        one_winner(app, mother.username, windows, ("A11", "V07", "déjà"))

    def test_an_activation_link_in_twenty_browsers(self, app: Flask, contextless: World) -> None:
        mother = contextless.guardian(state="notified")
        with app.app_context(), transaction() as tx:
            activation_links.send_in(tx, contextless.facts(mother), "claire@example.org", "fr", NOON)
        link = messages(app, "mail")[-1]["facts"]["link"].removeprefix("http://localhost")
        windows = [Visitor(app).opens(link) for _ in range(BROWSERS)]
        one_winner(app, mother.username, windows, ("A11", "V10", "déjà"))

    @pytest.mark.settings(
        sms={**SMS, "per_mobile": 100}, throttling={"failures": 100, "per_address": 1000, "per_network": 1000}
    )
    def test_twenty_codes_by_sms(self, app: Flask, contextless: World) -> None:
        mother = contextless.guardian(mobile=NUMBER)
        windows = []
        for _ in range(BROWSERS):
            window = Visitor(app).opens("/recovery/password").fills(username=mother.username, method="sms")
            windows.append(window.fills(code=messages(app, "sms")[-1]["facts"]["code"]))
        # V03: the code was sent before the password was changed.
        one_winner(app, mother.username, windows, ("A11", "V03"))


@pytest.fixture
def mother(world: World) -> Someone:
    return world.guardian()


def opened(world: World, someone: Someone, password: str = PASSWORD) -> str:
    token = authentication.sign_in(someone.username, password, "192.0.2.7", "", world.clock()).token
    assert token is not None
    return token


def is_live(world: World, token: str) -> bool:
    return sessions.read(token, world.clock(), settings().sessions) is not None


def changes(world: World, someone: Someone) -> str:
    """The password is changed in a session of its own; the token of that session."""
    session = sessions.read(opened(world, someone), world.clock(), settings().sessions)
    assert session is not None
    return signin_passwords.choose(session, NEW, NEW, world.clock())


class TestCheckedBeforeTheChange:
    """Without threads: a request checked before the change writes after it."""

    def test_a_password_of_a_session_read_before_the_change(self, world: World) -> None:
        new = world.guardian(state="notified")
        first, second = world.session(new), world.session(new)
        signin_passwords.choose(first, NEW, NEW, NOON)
        with pytest.raises(Refusal, match="A11"):
            signin_passwords.choose(second, PASSWORD, PASSWORD, NOON)
        assert authentication.verify(new.username, NEW, "192.0.2.1", "", NOON).id == new.account

    def test_a_change_in_mon_compte(self, world: World, mother: Someone) -> None:
        first, second = world.session(mother), world.session(mother)
        signin_passwords.choose(first, NEW, NEW, NOON)
        with pytest.raises(Refusal, match="A11"):
            signin_passwords.choose(second, "Figues-Bleues-1830", "Figues-Bleues-1830", NOON)

    @pytest.mark.parametrize("act", [lock.lock, reset.reset])
    def test_a_password_after_a_lock_or_reset(
        self, world: World, mother: Someone, act: Callable[[AccountFacts, str, int], object]
    ) -> None:
        session = world.session(mother)
        act(world.facts(mother), "command", NOON)
        with pytest.raises(Refusal, match="S04"):
            signin_passwords.choose(session, NEW, NEW, NOON)

    def test_a_reset_changes_nothing_where_another_was_faster(self, world: World) -> None:
        child = world.pupil(state="active")
        facts = world.facts(child)
        with transaction() as tx:
            password = reset.reset_in(tx, facts, "account:1", NOON)
        with pytest.raises(Refusal, match="A12"), transaction() as tx:
            reset.reset_in(tx, facts, "account:2", NOON)
        assert authentication.verify(child.username, password, "192.0.2.1", "", NOON).id == child.account

    def test_a_guardian_can_reset_the_password_again(self, world: World, mother: Someone) -> None:
        child = world.pupil(state="active")
        world.family(mother, child)
        for _ in range(2):
            _, password = children.reset_child(world.facts(mother), child.person, NOON)
            assert authentication.verify(child.username, password, "192.0.2.1", "", NOON).id == child.account

    def test_a_session_of_a_password_checked_before_the_change(self, world: World, mother: Someone) -> None:
        judged = authentication.judge(mother.username, PASSWORD, "192.0.2.7", None, NOON)
        changes(world, mother)
        with transaction() as tx:
            assert not accounts.note_sign_in(tx, judged.account, NOON)
            lifetimes = settings().sessions
            token = sessions.open_in(tx, judged.account, ("pwd",), "", "", NOON + 1, lifetimes)
        assert not is_live(world, token)

    def test_a_code_sent_before_the_change(self, world: World, mother: Someone) -> None:
        from idp.recovery import attempts

        attempt = attempts.begin("password", "mail", mother.username, "fr", None, "b", "192.0.2.7", NOON)
        messages(world.app, "mail")
        facts = attempts.find(attempt, "b", NOON)
        assert facts.account == mother.account
        changes(world, mother)
        with pytest.raises(Refusal, match="V03"):
            passwords.choose_by_code(facts, "Figues-Bleues-1830", "Figues-Bleues-1830", "b", "", "", NOON)


class TestOneSecond:
    def test_sessions_before_a_change_end_and_later_ones_stay(self, world: World, mother: Someone) -> None:
        before = opened(world, mother)
        later = changes(world, mother)
        after = opened(world, mother, NEW)
        assert [is_live(world, token) for token in (before, later, after)] == [False, True, True]
        lock.lock(find(mother.username), "command", NOON)
        lock.unlock(find(mother.username), "command", NOON)
        assert [is_live(world, token) for token in (later, after)] == [False, False]
        assert is_live(world, opened(world, mother, NEW))

    def test_a_session_ends_by_its_generation_alone(self, world: World, mother: Someone) -> None:
        """Were its row not ended by the change: a sign-in under way is written after it."""
        first = world.session(mother)
        with transaction() as tx:
            facts = world.facts(mother)
            assert accounts.choose_next_password(tx, facts.id, facts.credentials_generation, "hash", NOON)
        second = world.session(mother)
        with transaction() as tx:
            facts = world.facts(mother)
            assert accounts.choose_next_password(tx, facts.id, facts.credentials_generation, "other", NOON)
        rows = reading().exec_driver_sql("SELECT digest FROM sessions WHERE ended_at IS NULL").scalars()
        assert {first.digest, second.digest} <= set(rows)
        from idp.signin.storage import sessions as storage

        for session in (first, second):
            assert storage.find_session(reading(), session.digest, NOON, 1800) is None

    def test_tokens(self, app: Flask, contextless: World, clock: Clock) -> None:
        mother = contextless.guardian()
        registered = contextless.relying_party(accepted_profiles=["responsable"])

        def party(password: str) -> RelyingParty:
            visitor = through_sign_in(Visitor(app), mother, password)
            return RelyingParty(app, registered, visitor.browser)

        before = party(PASSWORD)
        token, code = before.tokens()["access_token"], before.code()
        passwords_new = (NEW, "Figues-Bleues-1830")
        held = PASSWORD
        for new in passwords_new:
            through_sign_in(Visitor(app), mother, held).opens("/account/password").fills(
                password=new, again=new
            )
            assert before.userinfo(token).status_code == 401
            assert before.redeem(code).get_json()["error"] == "invalid_grant"
            held, before = new, party(new)
            token, code = before.tokens()["access_token"], before.code()
            assert before.userinfo(token).status_code == 200
        assert clock.now == NOON

    def test_a_letter_ends_the_sessions_of_the_previous_letter(self, world: World) -> None:
        new = world.guardian(state="notified")
        token = opened(world, new, PROVISIONAL)
        [letter] = issue.issue_letters([new.account], NOON, "command", None)
        assert not is_live(world, token)
        assert is_live(world, opened(world, new, letter.password))

    def test_a_fast_clock_keeps_no_session(self, world: World, mother: Someone, clock: Clock) -> None:
        clock.advance(3600)
        ahead = opened(world, mother)
        clock.advance(-3600)
        later = changes(world, mother)
        assert [is_live(world, token) for token in (ahead, later)] == [False, True]
