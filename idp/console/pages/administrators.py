"""Who works at the academy and at its schools."""

from operator import attrgetter

from flask import request

from idp import audit
from idp.console import people
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act, Role
from idp.console.storage import staff as staff_storage
from idp.context import now
from idp.database import reading, transaction
from idp.people import letters, schools
from idp.refusals import Refusal


@page("/academy/administrators", "administrators", Act.ADMINISTRATORS, matters=True)
def administrators(desk: Desk) -> Page:
    """Who works here and at the schools; adding somebody gives their letter, shown once."""
    refusal, letter = None, None
    if pressed():
        try:
            if pressed() == "add":
                letter = _add_staff(desk)
            elif pressed() == "letter":
                letter = _new_letter(desk)
            elif pressed() == "end":
                post = number("post")
                if staff_storage.person_of_post(reading(), post) == desk.session.account.person_id:
                    raise Refusal("K08", "nobody ends their own post", field="poste")
                with transaction() as tx:
                    if not staff_storage.end_post(tx, post, now()):
                        raise Refusal("K03", "the post is over")
                    audit.record(tx, now(), "staff.ended", desk.actor, f"post:{post}")
                return back("administrators")
        except schools.NoSuchSchool:
            refusal = Refusal("K08", "no such school", field="UAI")
        except Refusal as met:
            refusal = met
    columns = {name: attrgetter(name) for name in ("name", "username", "role", "school", "state")}
    listing = arrange(staff_storage.posts(reading()), columns, request.args)
    roles = [str(role) for role in Role]
    return show(desk, "administrators", refusal, listing=listing, roles=roles, letter=letter)


def _new_letter(desk: Desk) -> letters.Letter:
    """Somebody of the staff has lost their password: a provisional one, after they have shown who they are."""
    one = people.facts(number("account"))
    if one.kind != "staff" or one.id == desk.session.account.id:
        raise Refusal("K02", "not of the staff, or oneself")
    password = people.reset(one, desk.actor, now())
    return letters.Letter(one.id, one.kind, one.first_name, one.family_name, one.username, password)


def _add_staff(desk: Desk) -> letters.Letter:
    first, last = request.form.get("first_name", "").strip(), request.form.get("family_name", "").strip()
    role, uai = request.form.get("role", ""), request.form.get("uai", "").strip().upper() or None
    if not first or not last or max(len(first), len(last)) > 100:
        raise Refusal("K08", "no name", field="nom")
    if role not in set(Role) or role.startswith("academy_") != (uai is None):
        raise Refusal("K08", "the role and the school do not fit", field="rôle")
    mail = request.form.get("mail", "").strip() or None
    account = schools.add_staff(first, last, role, uai, now(), desk.actor, mail=mail)
    (letter,) = letters.issue_letters([account], now(), desk.actor)
    return letter
