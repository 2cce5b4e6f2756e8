"""Every form of the product: its page, the way to it, and the values to fill in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Page
from sqlalchemy import func, insert, select, update

from idp.console import trial_login
from idp.console.storage.tables import Approval
from idp.database.engine import transaction
from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.factors import authenticators
from idp.factors.rules.totp import code_at, step_at
from idp.imports import lifecycle
from idp.jobs import queue
from idp.messages.storage.outbox import OutboxMessage
from idp.people.storage.tables import StaffPost
from idp.privacy import erasure_requests
from idp.recovery import activation_links
from idp.signin import mail_confirmation, not_me_link, sessions
from idp.worker import long_work
from tests.actors import cas_service, saml_service
from tests.actors.enrolment import enrol
from tests.actors.relying_party import challenge
from tests.actors.visitor import deliver_internal_messages
from tests.actors.world import Someone, World, waiting_messages
from tests.imports.exports import export, link, person, pupil
from tests.peers.conftest import Served

UAI = "0990001N"
HERE = f"/console/school/{UAI}"
ACADEMY = "/console/academy"
NEW = "Poires-Vertes-1848"
NUMBER = "+33612345678"

Found = TypeVar("Found")


@dataclass(frozen=True)
class Form:
    """What is written, by the fields' names, and the button ("name=value"; "": the form's own)."""

    values: dict[str, str | list[str]] = field(default_factory=dict)
    press: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Stage:
    """A provider with two families, and a window."""

    served: Served
    page: Page

    def within(self, act: Callable[[World], Found]) -> Found:
        with self.served.app.app_context():
            return act(self.served.world)

    @property
    def now(self) -> int:
        return int(self.served.app.extensions["clock"]())

    def opens(self, path: str) -> None:
        self.page.goto(f"{self.served.issuer}{path}")

    def signs_in(self, someone: Someone, amr: tuple[str, ...] = ("pwd",), device_known: bool = True) -> None:
        """A live session in this window."""

        def open_session(world: World) -> str:
            lifetimes = self.served.app.extensions["settings"].sessions
            with transaction() as tx:
                return sessions.open_in(
                    tx, world.facts(someone), amr, "192.0.2.7", "Chromium", self.now, lifetimes, device_known
                )

        cookie = {"name": "idp_session", "value": self.within(open_session), "url": self.served.issuer}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def guardian(self, **more: Any) -> Someone:
        def make(world: World) -> Someone:
            guardian = world.guardian("Claire", "Durand", **more)
            world.family(guardian, world.pupil("Léa"), world.pupil("Tom", birth_date="2014-01-02"))
            return guardian

        return self.within(make)

    def staff(self, role: str = "head") -> Someone:
        def make(world: World) -> Someone:
            someone = world.staff("Paul", "Martin", role)
            if role.startswith("academy_"):
                with transaction() as tx:
                    own = update(StaffPost).where(StaffPost.person_id == someone.person)
                    tx.execute(own.values(school_id=None))
            return someone

        return self.within(make)

    def admin(self, path: str) -> None:
        self.signs_in(self.staff("academy_administrator"))
        self.opens(path)

    def head(self, path: str) -> Someone:
        someone = self.staff()
        self.signs_in(someone)
        self.opens(path)
        return someone

    def asks(self, **more: str) -> None:
        """A service that is not the school's own asks for a login."""
        members = {"redirect_uris": [f"{self.served.issuer}/help"], "first_party": False}
        registered = self.within(lambda world: world.relying_party(**members))
        query = {
            "client_id": registered.client_id,
            "redirect_uri": f"{self.served.issuer}/help",
            "response_type": "code",
            "scope": "openid profile",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **more,
        }
        self.opens(f"/authorize?{urlencode(query)}")

    def newest(self, kind: str) -> dict[str, Any]:
        deliver_internal_messages(self.served.app)
        facts: dict[str, Any] = self.within(lambda _: waiting_messages(kind)[-1]["facts"])
        return facts

    def opens_mail(self) -> None:
        self.opens(urlsplit(self.newest("mail")["link"]).path)

    def types(self, press: str = "", **values: str) -> None:
        """Submit a form that precedes the intended form. One with a code submits itself at the last digit: a click might meet the next page."""
        name, _, value = press.partition("=")
        fields = [self.page.locator(f'main [name="{typed}"]').first for typed in values]
        submits_itself = any(box.get_attribute("data-digits") for box in fields)
        button = f'main button[name="{name}"][value="{value}"]' if name else "main form button.btn-primary"
        with self.page.expect_navigation(wait_until="load"):
            for box, text in zip(fields, values.values(), strict=True):
                box.fill(text)
            if not submits_itself:
                self.page.locator(button).first.click()

    def jobs(self) -> None:
        def run(_: World) -> None:
            while queue.run_next(long_work.RUNNERS, self.served.app.extensions["clock"], lambda: False):
                pass

        self.within(run)


Reach = Callable[[Stage], Form]
PLACES: dict[str, Reach] = {}


def place(endpoint: str) -> Callable[[Reach], Reach]:
    def note(reach: Reach) -> Reach:
        PLACES[endpoint] = reach
        return reach

    return note


def account(path: str, form: Form, **more: Any) -> Reach:
    def reach(stage: Stage) -> Form:
        stage.signs_in(stage.guardian(**more))
        stage.opens(path)
        return form

    return reach


def academy(path: str, form: Form) -> Reach:
    def reach(stage: Stage) -> Form:
        stage.guardian()
        stage.admin(path)
        return form

    return reach


def school(path: str, form: Form, **more: Any) -> Reach:
    def reach(stage: Stage) -> Form:
        stage.guardian(**more)
        stage.head(f"{HERE}{path}")
        return form

    return reach


def anybody(path: str, form: Form) -> Reach:
    def reach(stage: Stage) -> Form:
        stage.guardian(mobile=NUMBER)
        stage.opens(path)
        return form

    return reach


PLACES |= {
    "account.children": account("/account/children", Form(press="act=reset")),
    "account.confirm": account("/account/confirm", Form({"password": "Cerises-Rouges-1789"})),
    "account.devices": account("/account/devices", Form()),
    "account.erasure": account("/account/data/erasure", Form({"wish": "Je déménage"}, "act=ask")),
    "account.not_me": account("/account/history/not-me", Form(press="act=lock")),
    "account.mail": account("/account/mail", Form({"mail": "claire@famille.example"}, "act=change")),
    "account.mobile": account("/account/mobile", Form({"contact": "06 12 34 56 79"})),
    "account.password": account("/account/password", Form({"password": NEW, "again": NEW})),
    "console.academy": academy(ACADEMY, Form({"uai": "0990002P", "name": "Ormes"}, "act=school")),
    "console.administrators": academy(
        f"{ACADEMY}/administrators",
        Form({"first_name": "Ida", "family_name": "Weil", "role": "academy_support"}, "act=add"),
    ),
    "console.audit": academy(f"{ACADEMY}/audit", Form(press="act=verify")),
    "console.confirm": academy("/console/confirm", Form({"password": "Cerises-Rouges-1789"})),
    "console.keys": academy(f"{ACADEMY}/keys", Form(press="act=rotate")),
    "console.new_service": academy(
        f"{ACADEMY}/services/new",
        Form({"client_name": "Cantine", "redirect_uris": "https://cantine.example/cb"}, "act=register"),
    ),
    "console.new_joined_service": academy(
        f"{ACADEMY}/saml/new",
        Form({"name": "ENT", "metadata": saml_service.metadata()}, "act=register"),
    ),
    "console.tokens": academy(f"{ACADEMY}/tokens", Form({"label": "Éditeur"}, "act=make")),
    "console.imports": school(
        "/imports",
        Form(files=(("e.xml", b"<a/>"), ("r.xml", b"<b/>"))),
    ),
    "console.letters": school("/letters", Form(press="act=print"), state="created"),
    "console.renewal": school("/renewal", Form({"kind": ["pupil"], "reason": "Incident"}, "act=ask")),
    "console.many": school("/people/many?do=unlock&q=durand", Form(press="act=do")),
    "oidc_pages.device": anybody("/device", Form({"user_code": "BCDF-GHJK"})),
    "recovery.lost_password": anybody("/recovery/password", Form({"username": "x.y"})),
    "recovery.lost_username": anybody("/recovery/username", Form({"contact": "claire@example.org"})),
    "recovery.no_account": anybody("/activation", Form({"contact": "06 12 34 56 78"})),
    "signin.language": anybody("/help", Form(press="language=en")),
    "signin.profile": anybody("/account", Form(press="profile=responsable")),
}


@place("account.join")
def _join(stage: Stage) -> Form:
    second_account = stage.within(lambda world: world.guardian("Claire", "Durand"))
    stage.signs_in(stage.guardian())
    stage.opens("/account/children/join")
    return Form({"username": second_account.username, "password": second_account.password})


@place("account.app")
def _app(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.signs_in(someone)
    stage.opens("/account/security/app")
    secret = stage.within(lambda world: authenticators.begin(world.facts(someone), stage.now))
    return Form({"code": code_at(secret, step_at(stage.now))})


@place("account.security")
def _security(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.within(lambda world: enrol(world, someone))
    stage.signs_in(someone, ("pwd", "otp", "mfa"))
    stage.opens("/account/security")
    return Form(press="act=codes")


@place("account.services")
def _services(stage: Stage) -> Form:
    stage.signs_in(stage.guardian())
    stage.asks(scope="openid")
    stage.types("act=agree")
    stage.opens("/account/services")
    return Form()


@place("account.guardians")
def _guardians(stage: Stage) -> Form:
    def grown_up(world: World) -> Someone:
        child = world.pupil("Zoé", birth_date="2000-01-02")
        world.family(world.guardian("Anna"), child)
        return child

    stage.signs_in(stage.within(grown_up))
    stage.opens("/account/guardians")
    return Form(press="act=end")


@place("account.consents")
def _consents(stage: Stage) -> Form:
    def family(world: World) -> tuple[Someone, Someone]:
        guardian, child = world.guardian(), world.pupil("Léa", birth_date="2016-01-02")
        world.family(guardian, child)
        return guardian, child

    guardian, child = stage.within(family)
    stage.signs_in(child)
    stage.asks()
    stage.types("act=ask")
    stage.signs_in(guardian)
    stage.opens("/account/consents")
    return Form(press="act=agree")


@place("account.mobile_code")
def _mobile_code(stage: Stage) -> Form:
    stage.signs_in(stage.guardian())
    stage.opens("/account/mobile")
    stage.types(contact="06 12 34 56 79")
    return Form({"code": str(stage.newest("sms")["code"])})


@place("oidc.end_session")
def _logout(stage: Stage) -> Form:
    stage.signs_in(stage.guardian())
    stage.opens("/logout")
    return Form()


@place("services.consent")
def _consent(stage: Stage) -> Form:
    stage.signs_in(stage.guardian())
    stage.asks()
    return Form(press="act=agree")


def _at_sign_in(stage: Stage) -> Someone:
    someone = stage.guardian()
    stage.asks()
    stage.page.get_by_text("Choisir mon profil").click()
    stage.types("profile=responsable")
    return someone


@place("signin.sign_in")
def _sign_in(stage: Stage) -> Form:
    return Form({"username": _at_sign_in(stage).username, "password": "not the password"})


@place("signin.change_profile")
def _change_profile(stage: Stage) -> Form:
    _at_sign_in(stage)
    return Form()


@place("services.cancel")
def _cancel(stage: Stage) -> Form:
    _at_sign_in(stage)
    return Form()


@place("signin.new_password")
def _new_password(stage: Stage) -> Form:
    stage.signs_in(stage.guardian(state="notified"))
    stage.opens("/account")
    return Form({"password": NEW, "again": NEW})


@place("signin.identity")
def _identity(stage: Stage) -> Form:
    stage.signs_in(stage.guardian(state="confirming", identity_proved_at=None))
    stage.opens("/account")
    return Form({"mail": "claire@famille.example", "day": "14", "month": "3", "year": "2015"})


@place("signin.confirm_mail")
def _confirm_mail(stage: Stage) -> Form:
    _identity(stage)
    stage.types(mail="claire@famille.example", day="14", month="3", year="2015")
    return Form({"code": str(stage.newest("mail")["code"])})


@place("signin.new_device")
def _new_device(stage: Stage) -> Form:
    stage.signs_in(stage.guardian(), device_known=False)
    stage.opens("/account")
    return Form({"day": "14", "month": "3", "year": "2015"})


@place("signin.second_factor")
def _second_factor(stage: Stage) -> Form:
    someone = stage.guardian()
    secret, _ = stage.within(lambda world: enrol(world, someone))
    stage.signs_in(someone)
    stage.asks(acr_values="eidas2")
    return Form({"code": code_at(secret, step_at(stage.now))})


@place("signin.set_up_factor")
def _set_up_factor(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.signs_in(someone)
    stage.asks(acr_values="eidas2")
    secret = stage.within(lambda world: authenticators.begin(world.facts(someone), stage.now))
    return Form({"code": code_at(secret, step_at(stage.now))})


@place("signin.other_account")
def _other_account(stage: Stage) -> Form:
    stage.signs_in(stage.guardian())
    stage.opens("/console/")
    return Form()


@place("signin.which_account")
def _which_account(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.asks()
    stage.signs_in(someone)
    stage.page.get_by_text("Choisir mon profil").click()
    stage.types("profile=responsable")
    return Form(press="act=stay")


@place("signin.offer_passkey")
def _offer_passkey(stage: Stage) -> Form:
    phone = {"userAgent": "Mozilla/5.0 (Linux; Android 14) Mobile"}
    stage.page.context.new_cdp_session(stage.page).send("Network.setUserAgentOverride", phone)
    able = "window.PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = () => Promise.resolve(true)"
    stage.page.add_init_script(able)
    someone = stage.guardian()
    stage.asks()
    stage.signs_in(someone)
    stage.page.reload()
    return Form()


@place("signin.leave")
def _leave(stage: Stage) -> Form:
    _which_account(stage)
    return Form(press="leave=1")


@place("signin.confirm_mail_link")
def _mail_link(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.within(lambda world: mail_confirmation.change(world.facts(someone), "c@d.example", "fr", stage.now))
    stage.opens_mail()
    return Form()


@place("recovery.stop_stranger")
def _not_me(stage: Stage) -> Form:
    someone = stage.guardian()

    def alarmed(world: World) -> str:
        with transaction() as tx:
            return not_me_link.link_in(tx, world.facts(someone), stage.now)

    stage.opens(urlsplit(stage.within(alarmed)).path)
    return Form()


@place("recovery.activation_link")
def _activation_link(stage: Stage) -> Form:
    someone = stage.guardian(state="notified")

    def send(world: World) -> None:
        with transaction() as tx:
            activation_links.send_in(tx, world.facts(someone), "claire@example.org", "fr", stage.now)

    stage.within(send)
    stage.opens_mail()
    return Form({"password": NEW, "again": NEW})


@place("recovery.link")
def _recovery_link(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.opens("/recovery/password")
    stage.types(username=someone.username)
    stage.opens_mail()
    return Form({"password": NEW, "again": NEW})


@place("recovery.code")
def _code(stage: Stage) -> Form:
    stage.guardian(state="created", mobile=NUMBER)
    stage.opens("/activation")
    stage.types(contact="06 12 34 56 78")
    return Form({"code": str(stage.newest("sms")["code"])})


@place("recovery.children")
def _children(stage: Stage) -> Form:
    form = _code(stage)
    stage.types(code=str(form.values["code"]))
    days = stage.page.locator('main input[name$="-day"]').evaluate_all("all => all.map(one => one.name)")
    values: dict[str, str | list[str]] = {}
    for name, date in zip(days, (("2", "1", "2014"), ("14", "3", "2015")), strict=True):
        for part, text in zip(("day", "month", "year"), date, strict=True):
            values[name.replace("-day", f"-{part}")] = text
    return Form(values)


@place("recovery.names")
def _names(stage: Stage) -> Form:
    stage.within(lambda world: world.guardian("Marc", "Petit", state="created", mobile=NUMBER))
    form = _code(stage)
    stage.types(code=str(form.values["code"]))
    return Form({"first_name": "Claire", "family_name": "Durand"})


@place("recovery.child")
def _child(stage: Stage) -> Form:
    stage.within(lambda world: world.guardian(state="created", mobile=NUMBER))
    form = _code(stage)
    stage.types(code=str(form.values["code"]))
    stage.types(first_name="Claire", family_name="Durand")
    return Form({"day": "14", "month": "3", "year": "2015"})


@place("recovery.password")
def _lost_password(stage: Stage) -> Form:
    someone = stage.guardian(mobile=NUMBER, mobile_verified_at=1)
    stage.opens("/recovery/password")
    stage.types(username=someone.username)
    stage.types(code=str(stage.newest("mail")["code"]))
    return Form({"password": NEW, "again": NEW})


@place("console.delegations")
def _delegations(stage: Stage) -> Form:
    stage.within(lambda world: world.staff("Anne", "Roy", "delegate"))
    stage.head(f"{HERE}/delegations")
    return Form({"since": "2036-12-02", "until": "2036-12-20"}, "act=lend")


def _erasure_asked(stage: Stage) -> None:
    someone = stage.guardian()
    stage.within(lambda world: erasure_requests.ask(world.facts(someone), "Je déménage", stage.now))


@place("console.erasure_requests")
def _erasure_requests(stage: Stage) -> Form:
    _erasure_asked(stage)
    stage.head(f"{HERE}/erasure-requests")
    return Form({"reason": "Votre enfant est inscrit"}, "act=refuse")


@place("console.academy_erasure_requests")
def _academy_erasure_requests(stage: Stage) -> Form:
    def ask(world: World) -> None:
        erasure_requests.ask(world.facts(world.guardian("Marc", "Petit")), "", stage.now)

    stage.within(ask)
    stage.admin(f"{ACADEMY}/erasure-requests")
    return Form({"reason": "Une procédure est en cours"}, "act=refuse")


@place("console.letters_question")
def _letters_question(stage: Stage) -> Form:
    stage.guardian(state="created")
    stage.head(f"{HERE}/letters")
    stage.types("act=print")
    return Form(press="act=print")


@place("console.person_act")
def _person_act(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.head(f"{HERE}/people/{someone.account}/act?do=reset")
    return Form(press="act=reset")


@place("console.person_data")
def _person_data(stage: Stage) -> Form:
    someone = stage.guardian()
    stage.admin(f"{ACADEMY}/people/{someone.account}/data")
    return Form({"days": "30", "reason": "Une procédure est en cours"}, "act=hold")


def _service(stage: Stage, path: str) -> None:
    registered = stage.within(lambda world: world.relying_party())
    stage.admin(f"{ACADEMY}/services/{registered.client_id}{path}")


@place("console.edit_service")
def _edit_service(stage: Stage) -> Form:
    _service(stage, "/edit")
    return Form({"client_name": "Cantine bleue"}, "act=save")


@place("console.service_act")
def _service_act(stage: Stage) -> Form:
    _service(stage, "")
    return Form(press="act=rotate")


def _joined_service(stage: Stage, path: str) -> None:
    service = stage.within(cas_service.registered)
    stage.admin(f"{ACADEMY}/cas/{service}{path}")


@place("console.edit_joined_service")
def _edit_joined_service(stage: Stage) -> Form:
    _joined_service(stage, "/edit")
    return Form({"name": "Pronote bleu"}, "act=save")


@place("console.joined_service_act")
def _joined_service_act(stage: Stage) -> Form:
    _joined_service(stage, "")
    return Form(press="act=suspend")


@place("console.job")
def _job(stage: Stage) -> Form:
    registered = stage.within(lambda world: world.relying_party())
    number = stage.within(lambda _: trial_login.ask(registered.client_id, "account:1", stage.now))
    stage.admin(f"/console/jobs/{number}")
    return Form(press="act=cancel")


@place("console.trouble")
def _trouble(stage: Stage) -> Form:
    def lose(_: World) -> None:
        with transaction() as tx:
            # One alone: a card sends all messages of its cause again, each with a record.
            newest = select(func.max(OutboxMessage.id)).scalar_subquery()
            lost = {"given_up_at": stage.now, "attempts": 9, "last_error": "away"}
            tx.execute(update(OutboxMessage).where(OutboxMessage.id == newest).values(**lost))

    _mail_link(stage)
    stage.within(lose)
    stage.admin(f"{ACADEMY}/trouble")
    return Form(press="act=again")


@place("console.our_school")
def _our_school(stage: Stage) -> Form:
    stage.head(f"{HERE}/our-school")
    contact = {"office_phone": "05 46 00 00 00", "office_hours": "8 h – 17 h"}
    return Form(contact, "act=office")


@place("console.appearance")
def _appearance(stage: Stage) -> Form:
    stage.admin(f"{ACADEMY}/appearance")
    return Form({"text": "Travaux samedi", "until": "2026-12-20"}, "act=note")


@place("console.approvals")
def _approvals(stage: Stage) -> Form:
    def ask(_: World) -> None:
        row = {"act": "export", "payload": '{"what": "audit"}', "summary": "audit", "state": "asked"}
        with transaction() as tx:
            tx.execute(insert(Approval).values(asked_by="account:999", asked_at=stage.now, **row))

    stage.within(ask)
    stage.admin(f"{ACADEMY}/approvals")
    return Form(press="act=agree")


def _import(stage: Stage, exported: Any) -> int:
    def give(world: World) -> int:
        import io

        files = [("e.xml", io.BytesIO(pupils_xml(exported))), ("r.xml", io.BytesIO(guardians_xml(exported)))]
        return lifecycle.submit(world.school(), files, "siecle", "account:1", stage.now)

    number = stage.within(give)
    stage.jobs()
    return number


@place("console.import_")
def _import_page(stage: Stage) -> Form:
    number = _import(stage, export((pupil(),), (person(),), (link("1"),)))
    stage.head(f"{HERE}/imports/{number}")
    return Form(press="act=write")


@place("console.settle")
def _settle(stage: Stage) -> Form:
    """A record with the names and birth date of an existing pupil, and no INE."""

    def twins(world: World) -> None:
        for _ in range(2):
            world.pupil("Léa", "Durand", birth_date="2015-03-14")

    stage.within(twins)
    number = _import(stage, export((pupil(ine=None),), (person(),), (link("1"),)))
    stage.head(f"{HERE}/imports/{number}")
    links = stage.page.locator('main a[href*="/settle"]')
    stage.opens(str(links.first.get_attribute("href")))
    return Form({"person": ["new"]}, "act=decide")
