"""A form page shows the refusal of its act, with its status; other exceptions go to the error handler."""

import pytest
from flask import Flask, g
from jinja2 import DictLoader

from idp.refusals import Refusal
from idp.refusals.console import FIELD_UNUSABLE
from idp.refusals.signing_in import ACCOUNT_CLOSED
from idp.web.form_pages import FormPage


@pytest.fixture
def page() -> FormPage:
    return FormPage("form.html", but=(ACCOUNT_CLOSED,), name="Claire")


@pytest.fixture(autouse=True)
def request_of_a_page():  # type: ignore[no-untyped-def]
    app = Flask(__name__)
    text = "{{ name }} {{ refusal.code if refusal else 'no refusal' }} {{ form }}"
    app.jinja_loader = DictLoader({"form.html": text})  # type: ignore[assignment]
    with app.test_request_context():
        yield


def test_an_act_that_succeeds_leaves_the_page_as_it_is(page: FormPage) -> None:
    with page:
        pass
    assert page.show(form="empty") == ("Claire no refusal empty", 200)
    assert g.fields_at_fault == ()


def test_a_refusal_is_shown_with_its_status_and_its_fields(page: FormPage) -> None:
    with page:
        raise Refusal(FIELD_UNUSABLE, "too short", at=("reason",))
    assert page.show(form="filled") == ("Claire K08 filled", Refusal(FIELD_UNUSABLE).status)
    assert g.fields_at_fault == ("reason",)


def test_a_view_may_return_from_the_block(page: FormPage) -> None:
    def view() -> str:
        with page:
            return "done"
        return "shown"

    assert view() == "done"


def test_a_refusal_for_another_page_is_raised(page: FormPage) -> None:
    with pytest.raises(Refusal), page:
        raise Refusal(ACCOUNT_CLOSED)
    with pytest.raises(Refusal), FormPage("form.html", only=(ACCOUNT_CLOSED,)):
        raise Refusal(FIELD_UNUSABLE)
    assert page.refusal is None


def test_every_other_exception_is_raised(page: FormPage) -> None:
    with pytest.raises(ValueError), page:
        raise ValueError
    assert page.refusal is None
