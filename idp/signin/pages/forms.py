"""What the pages send back. Each form carries Flask-WTF's token; what the fields mean is judged by the acts."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from idp.refusals import Refusal


class SignInForm(FlaskForm):  # type: ignore[misc]
    username = StringField(validators=[Length(max=200)])
    password = PasswordField(validators=[Length(max=1024)])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(validators=[Length(max=1024)])
    again = PasswordField(validators=[Length(max=1024)])


class IdentityForm(FlaskForm):  # type: ignore[misc]
    """Three short fields for the birth date: nobody has to find a year in a calendar."""

    mail = StringField(validators=[Length(max=254)])
    day = StringField(validators=[Length(max=2)])
    month = StringField(validators=[Length(max=2)])
    year = StringField(validators=[Length(max=4)])

    def birth_date(self) -> str:
        """ISO. Raises Refusal A08 where there is no such day."""
        try:
            return date(
                int(self.year.data or 0), int(self.month.data or 0), int(self.day.data or 0)
            ).isoformat()
        except ValueError:
            raise Refusal("A08", "not a date") from None


class MailForm(FlaskForm):  # type: ignore[misc]
    mail = StringField(validators=[Length(max=254)])


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(validators=[Length(max=20)])


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A button, with its token."""
