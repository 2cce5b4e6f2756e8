"""What the pages send back. Each form carries Flask-WTF's token; what the fields mean is judged by the acts."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from idp.refusals import Refusal


def iso_date(day: str, month: str, year: str) -> str:
    """ISO, of three short fields. Raises Refusal A08 where there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise Refusal("A08", "not a date") from None


class SignInForm(FlaskForm):  # type: ignore[misc]
    username = StringField(validators=[Length(max=200)])
    password = PasswordField(validators=[Length(max=1024)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(validators=[Length(max=1024)])
    again = PasswordField(validators=[Length(max=1024)])


class BirthDateForm(FlaskForm):  # type: ignore[misc]
    """Three short fields for the birth date: nobody has to find a year in a calendar."""

    day = StringField(validators=[Length(max=2)])
    month = StringField(validators=[Length(max=2)])
    year = StringField(validators=[Length(max=4)])

    def birth_date(self) -> str:
        """ISO. Raises Refusal A08 where there is no such day."""
        return iso_date(self.day.data or "", self.month.data or "", self.year.data or "")


class IdentityForm(BirthDateForm):
    mail = StringField(validators=[Length(max=254)])


class MailForm(FlaskForm):  # type: ignore[misc]
    mail = StringField(validators=[Length(max=254)])


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(validators=[Length(max=20)])


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A button, with its token."""
