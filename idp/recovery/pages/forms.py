"""Forms of the recovery pages. Each has Flask-WTF's CSRF token; the acts validate the fields."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length


class ContactForm(FlaskForm):  # type: ignore[misc]
    contact = StringField(validators=[Length(max=254)])


class UsernameForm(FlaskForm):  # type: ignore[misc]
    username = StringField(validators=[Length(max=200)])


class NamesForm(FlaskForm):  # type: ignore[misc]
    first_name = StringField(validators=[Length(max=100)])
    family_name = StringField(validators=[Length(max=100)])
