"""Forms that carry a password. Every password field has the same maximum; the acts judge what was typed."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from idp.passwords.rules.passwords import LONGEST_PASSWORD


def password_field() -> PasswordField:
    """A field of at most `LONGEST_PASSWORD` characters."""
    return PasswordField(validators=[Length(max=LONGEST_PASSWORD)])


class SignInForm(FlaskForm):  # type: ignore[misc]
    username = StringField(validators=[Length(max=200)])
    password = password_field()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password again, before an act that needs a recent authentication."""

    password = password_field()


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    password = password_field()
    again = password_field()
