"""Password fields: one maximum on pages and in forms."""

import re

import pytest
from flask import Flask
from wtforms.validators import Length

from idp.passwords.forms import NewPasswordForm, PasswordForm, SignInForm
from idp.passwords.rules.passwords import LONGEST_PASSWORD
from tests.actors.visitor import Visitor


@pytest.mark.parametrize("form", [SignInForm, PasswordForm, NewPasswordForm])
def test_every_password_field_has_the_maximum_of_the_rules(app: Flask, form: type) -> None:
    with app.test_request_context():
        fields = [field for field in form() if field.type == "PasswordField"]
    limits = [rule.max for field in fields for rule in field.validators if isinstance(rule, Length)]
    assert limits == [LONGEST_PASSWORD] * len(fields) and fields


def test_the_sign_in_page_has_the_maximum_of_the_rules(visitor: Visitor) -> None:
    visitor.opens("/account").fills(profile="responsable")
    (password,) = re.findall(r'<input[^>]*type="password"[^>]*>', visitor.html)
    assert f'maxlength="{LONGEST_PASSWORD}"' in password
