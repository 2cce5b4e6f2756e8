"""The staff of the academy and of its schools."""

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from idp.accounts.reset import reset
from idp.console import people, staff
from idp.console.pages.fields import Fields
from idp.console.pages.listed import choices, moments, table_or_file
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.account_words import STATES
from idp.console.rules.record_words import ROLES
from idp.console.rules.rights import Act, Role
from idp.console.rules.tables import Column
from idp.console.staff import Post
from idp.letters import issue
from idp.people import schools
from idp.people.rules.mail_addresses import clean_address
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE, PERSON_NOT_FOUND, STATE_CHANGED
from idp.runtime.context import now
from idp.web.form_pages import Page

COLUMNS: tuple[Column[Post], ...] = (
    Column("name", N_("Nom"), lambda post: post.name, sorts=True),
    Column("username", N_("Identifiant"), lambda post: post.username, sorts=True),
    Column("role", N_("Rôle"), lambda post: gettext(ROLES.get(post.role, post.role)), sorts=True),
    Column("school", N_("Établissement"), lambda post: post.school or gettext("Académie"), sorts=True),
    Column("state", N_("État"), lambda post: gettext(STATES[post.state]), sorts=True),
    Column(
        "two_steps",
        N_("Deux étapes"),
        lambda post: gettext("Oui") if post.two_steps else gettext("Pas encore"),
    ),
    moments("since", N_("Poste depuis le"), lambda post: post.since, shown=False),
    Column("acts", N_("Que faire"), lambda post: "", in_file=False),
)


@page("administrators", Act.ADMINISTRATORS, matters=True)
def administrators(desk: Desk) -> Page:
    """The posts. Adding a member of staff issues their letter, shown once."""
    form_page, letter = form_of(desk, "administrators"), None
    with form_page:
        if pressed() == "add":
            letter = _add_staff(desk)
        elif pressed() == "letter":
            letter = _new_letter(desk)
        elif pressed() == "end":
            if not staff.end_post(number("post"), desk.actor, now(), desk.session.account.person_id):
                raise Refusal(STATE_CHANGED, "the post is over")
            return back("administrators")
    asked = request.args.get("role", "")
    posts = [post for post in staff.posts() if asked in ("", post.role)]
    table = table_or_file(desk, COLUMNS, posts, "posts", "personnels.csv", role=asked)
    if isinstance(table, Response):
        return table
    roles = [str(role) for role in Role]
    return form_page.show(table=table, roles=roles, role_words=choices(ROLES), letter=letter)


def _new_letter(desk: Desk) -> issue.Letter:
    """A provisional password for a member of staff who lost theirs, after they have shown who they are."""
    account = people.facts(number("account"))
    if account.kind != "staff" or account.id == desk.session.account.id:
        raise Refusal(PERSON_NOT_FOUND, "not of the staff, or the administrator's own account")
    password = reset(account, desk.actor, now())
    return issue.Letter(
        account.id, account.kind, account.first_name, account.family_name, account.username, password
    )


def _add_staff(desk: Desk) -> issue.Letter:
    fields = Fields()
    first = fields.text("first_name", gettext("Prénom"), 100)
    last = fields.text("family_name", gettext("Nom"), 100)
    role, uai = request.form.get("role", ""), request.form.get("uai", "").strip().upper() or None
    # Staff of the academy have no school, all other staff have one.
    fields.check(role in set(Role) and role.startswith("academy_") == (uai is None), "role", gettext("Rôle"))
    mail = request.form.get("mail", "").strip() or None
    fields.check(mail is None or clean_address(mail) is not None, "mail", gettext("Mail"))
    fields.judge()
    try:
        account = schools.add_staff(first, last, role, uai, now(), desk.actor, mail=mail)
    except schools.NoSuchSchool:
        raise Refusal(FIELD_UNUSABLE, "no such school", field=N_("UAI"), at=("uai",)) from None
    (letter,) = issue.issue_letters([account], now(), desk.actor)
    return letter
