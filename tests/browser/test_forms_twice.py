"""Every form of the product is submitted twice, then reloaded, left and entered by Back and Forward: no error, and no second effect."""

import re
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Request
from sqlalchemy import select

from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading
from tests.actors.visitor import SMS
from tests.answers.endpoints import BY_SCRIPT, MACHINES
from tests.browser.conftest import Desk
from tests.browser.form_places import PLACES, Form, Stage
from tests.conftest import settings_for
from tests.peers.conftest import Served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.settings(sms=SMS, signin={"staff_second_factor": False, "new_device_check": True}),
]

WITHOUT_A_FORM = {
    "account.overview",
    "account.history",
    "account.data",
    "account.data_file",
    "console.academy_jobs",
    "console.home",
    "console.jobs",
    "console.school",
    "console.people",
    "console.person",
    "console.academy_person",
    "console.services",
    "console.joined_service",
    "cas.logout",
    "saml.logout",
    "upstream_saml.logout",
    "console.providers",
    "console.service",
    "console.job_file",
    "recovery.known",
}
"""Pages that take a POST because every page of their kind does; nothing on them is sent there."""

ELSEWHERE = {"recovery.link_account", "console.provider"}
"""Behind another provider, which has tests of its own (tests/federation): the form of /activation after a login there, and one that only reads."""

FOR_EACH_KEY = {"key.create", "key.change"}
"""One sending may make one for each algorithm; of anything else it makes one."""

SEND = """([selector, values, press, twice]) => {
    const form = document.querySelector(selector);
    for (const [name, value] of Object.entries(values)) {
        for (const one of form.querySelectorAll(`[name="${name}"]`)) {
            if (one.type === "checkbox" || one.type === "radio") one.checked = value.includes(one.value);
            else one.value = value;
        }
    }
    const [name, ...rest] = press.split("=");
    const button = press ? [...form.querySelectorAll("button")].find(
        one => one.name === name && one.value === rest.join("=")) : form.querySelector('button:not([type="button"])');
    const send = () => form.requestSubmit(button || undefined);
    if (!twice) { send(); return; }
    const data = new FormData(form, button || undefined);
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    // The first sending, whose answer never reaches the page.
    fetch(form.getAttribute("action") || location.href, {method: "POST", body, redirect: "manual"}).then(send);
}"""


def of_the_product(app: Flask) -> set[str]:
    rules = app.url_map.iter_rules()
    return {rule.endpoint for rule in rules if "POST" in (rule.methods or ())} - MACHINES - BY_SCRIPT


def test_every_form_of_the_product_is_covered() -> None:
    from idp.app import create_app

    app = create_app(settings_for("sqlite:///:memory:"))
    assert of_the_product(app) == set(PLACES) | WITHOUT_A_FORM | ELSEWHERE
    assert not set(PLACES) & (WITHOUT_A_FORM | ELSEWHERE)


class Submission:
    """One window, its submitted values, and the address."""

    def __init__(self, stage: Stage, endpoint: str, form: Form) -> None:
        self.stage, self.endpoint, self.form, self.page = stage, endpoint, form, stage.page
        self.sent: list[str] = []
        self.page.on("request", self._note)
        self.selector = self._mark()

    def _note(self, request: Request) -> None:
        if request.method == "POST":
            self.sent.append(request.url)

    def _mark(self) -> str:
        """The first form of the page with the endpoint's address and the fields to fill in."""
        names = [*self.form.values, *([self.form.press.partition("=")[0]] if self.form.press else [])]
        adapter = self.stage.served.app.url_map.bind("localhost")
        actions = self.page.evaluate(
            "() => [...document.forms].map(one => [one.getAttribute('method'), one.getAttribute('action') || location.pathname])"
        )
        for index, (method, action) in enumerate(actions):
            path = action.partition("?")[0]
            if method != "post" or adapter.match(path, method="POST")[0] != self.endpoint:
                continue
            has_all = self.page.evaluate(
                """([index, names]) => names.every(
                    name => !name || document.forms[index].querySelector(`[name="${name}"]`))""",
                [index, names],
            )
            if has_all:
                self.page.evaluate(
                    "index => document.forms[index].setAttribute('data-submitted', '1')", index
                )
                return "form[data-submitted]"
        raise AssertionError(f"no form of {self.endpoint} on {self.page.url}: {actions}")

    def sends(self, twice: bool = True) -> None:
        if self.form.files:
            files: Any = [{"name": n, "mimeType": "text/xml", "buffer": body} for n, body in self.form.files]
            self.page.locator('input[type="file"]').set_input_files(files)
        arguments = [self.selector, self.form.values, self.form.press, twice]
        with self.page.expect_navigation(wait_until="load"):
            self.page.evaluate(SEND, arguments)
        self.is_a_page("sent")

    def is_a_page(self, after: str) -> None:
        """No page of the browser's own, no accident, nothing that this product does not serve."""
        where = f"{self.endpoint} after {after}: {self.page.url}"
        assert self.page.url.startswith("http://localhost"), where
        text = self.page.locator("main").inner_text()
        for code in ("G01", "G02", "G04", "G06", "G07", "R01", "R03"):
            # A key's id is random text, which may contain the letters of a code.
            assert not re.search(rf"(?<![\w-]){code}(?![\w-])", text), f"{where}\n{text}"

    def goes(self, how: str) -> None:
        before = len(self.sent)
        {"reload": self.page.reload, "back": self.page.go_back, "forward": self.page.go_forward}[how](
            wait_until="load"
        )
        self.is_a_page(how)
        assert len(self.sent) == before, f"{how} has sent the form of {self.endpoint} again"


def acts(stage: Stage) -> Counter[tuple[str, str]]:
    def read(_: Any) -> Counter[tuple[str, str]]:
        rows = reading().execute(select(AuditRecord.act, AuditRecord.subject)).all()
        return Counter((row.act, row.subject if row.act in FOR_EACH_KEY else "") for row in rows)

    return stage.within(read)


@pytest.mark.parametrize("endpoint", sorted(PLACES))
def test_sent_twice_and_moved_back_and_forward(served: Served, desk: Desk, endpoint: str) -> None:
    stage = Stage(served, desk.window())
    form = PLACES[endpoint](stage)
    submission, before = Submission(stage, endpoint, form), acts(stage)
    keyed = stage.page.locator(f"{submission.selector} [name=once]").count() > 0
    submission.sends()
    assert len(submission.sent) >= 2
    done = acts(stage) - before
    if keyed:
        assert not [act for act, times in done.items() if times > 1], done
    for how in ("reload", "back", "reload", "forward"):
        submission.goes(how)
    assert acts(stage) - before == done, "reload, Back or Forward caused an act"
