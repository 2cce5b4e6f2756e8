"""Forms of several packages. Each has Flask-WTF's CSRF token; the acts validate the fields."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from idp.refusals import Refusal
from idp.refusals.activation import NO_SUCH_DATE


def iso_date(day: str, month: str, year: str) -> str:
    """The ISO date of three fields. Raises Refusal A08 if there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise Refusal(NO_SUCH_DATE, "not a date") from None


class BirthDateForm(FlaskForm):  # type: ignore[misc]
    """Three short fields for the birth date: easier than a date picker for distant years."""

    day = StringField(validators=[Length(max=2)])
    month = StringField(validators=[Length(max=2)])
    year = StringField(validators=[Length(max=4)])

    def birth_date(self) -> str:
        """The ISO date. Raises Refusal A08 if there is no such day."""
        return iso_date(self.day.data or "", self.month.data or "", self.year.data or "")


class IdentityForm(BirthDateForm):
    mail = StringField(validators=[Length(max=254)])


class MailForm(FlaskForm):  # type: ignore[misc]
    mail = StringField(validators=[Length(max=254)])


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(validators=[Length(max=20)])


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A button with the CSRF token; other fields, if any, are read from the request."""
