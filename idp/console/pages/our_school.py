"""What families see of a school, or of all schools: the office, the note on the sign-in page, the brand."""

from flask import request
from flask_babel import gettext

from idp.console.pages.fields import Fields
from idp.console.pages.page import Desk, back, form_of, page, pressed
from idp.console.rules.rights import Act
from idp.people.rules.mail_addresses import clean_address, readable_address
from idp.refusals import Refusal
from idp.refusals.console import COLOUR_ILLEGIBLE, LOGO_UNUSABLE, TINT_ILLEGIBLE
from idp.runtime.context import day_of, now, settings
from idp.schools import appearance, changes
from idp.schools.rules import colours
from idp.schools.rules.appearance import ACADEMY, LONGEST_NOTE, Appearance, Brand, Note, Office
from idp.schools.rules.colours import Advice
from idp.schools.rules.logos import LARGEST, UnusableLogo
from idp.web.form_pages import Page

LONGEST_SHOWING = 366
"""Days of a note."""


@page("our_school", Act.SCHOOL_PAGE, matters=True)
def our_school(desk: Desk) -> Page:
    assert desk.school is not None
    return _page(desk, desk.school.uai, appearance.of_school(desk.school.uai), appearance.of_academy().brand)


@page("appearance", Act.SCHOOL_PAGE, matters=True)
def all_schools(desk: Desk) -> Page:
    """The note and the brand of every school, for the academy."""
    return _page(desk, ACADEMY, appearance.of_academy(), Brand())


def _page(desk: Desk, place: str, shown: Appearance, general: Brand) -> Page:
    form_page = form_of(desk, "our_school")
    with form_page:
        if act := pressed():
            _ACTS[act](desk, place) if act in _ACTS else None
            where = {"uai": place} if desk.school else {}
            if act == "first_steps":
                return back("school", **where)
            return back("our_school" if desk.school else "appearance", done=act, **where)
    return form_page.show(
        place=place,
        shown=shown,
        effective=shown.brand.over(general).over(Brand(accent=settings().service.accent, tint=colours.PAPER)),
        today=day_of(now()),
        longest_note=LONGEST_NOTE,
        largest_logo=LARGEST // 1000,
    )


def _change_office(desk: Desk, place: str) -> None:
    fields = Fields()
    phone = fields.optional("office_phone", gettext("Téléphone"), 40)
    hours = fields.optional("office_hours", gettext("Horaires"), 200)
    mail = fields.optional("office_mail", gettext("Adresse mail"), 254)
    address = fields.optional("office_address", gettext("Adresse postale"), 300)
    fields.check(
        sum(letter.isdigit() for letter in phone) >= 4 or not phone, "office_phone", gettext("Téléphone")
    )
    stored = clean_address(mail)
    fields.check(not mail or stored is not None, "office_mail", gettext("Adresse mail"))
    fields.judge()
    if desk.school is not None:
        office = Office(phone, hours, readable_address(stored or ""), address)
        changes.change_office(place, office, desk.actor, now())


def _write_note(desk: Desk, place: str) -> None:
    fields = Fields()
    text = fields.text("text", gettext("Votre note"), LONGEST_NOTE)
    text_en = fields.optional("text_en", gettext("La même en anglais"), LONGEST_NOTE)
    since, until = fields.day("since", gettext("Du")), fields.day("until", gettext("Au (compris)"))
    in_order = since <= until and (until - since).days < LONGEST_SHOWING and until >= day_of(now())
    fields.check(in_order, "until", gettext("Au (compris)"))
    fields.judge()
    changes.write_note(place, Note(text, text_en, since, until), desk.actor, now())


def _end_note(desk: Desk, place: str) -> None:
    changes.end_note(place, desk.actor, now())


def _change_brand(desk: Desk, place: str) -> None:
    """Raises Refusal K40, K41 (a colour that cannot be read, with the nearest that can), K42 (no usable picture)."""
    fields = Fields()
    name = fields.optional("brand_name", gettext("Nom affiché"), 80)
    tint = _colour(fields, "tint", gettext("Fond des pages"))
    accent = _colour(fields, "accent", gettext("Couleur principale"))
    fields.judge()
    try:
        changes.change_brand(place, Brand(name, accent, tint), _logo(), desk.actor, now())
    except changes.IllegibleColour as fault:
        code = TINT_ILLEGIBLE if fault.part == "tint" else COLOUR_ILLEGIBLE
        raise _illegible(code, fault.advice, fault.part) from None
    except UnusableLogo as fault:
        raise Refusal(LOGO_UNUSABLE, f"logo: {fault.why}", at=("logo",), size=LARGEST // 1000) from None


def _logo() -> bytes | changes.Present:
    """The sent picture, or what becomes of the present one."""
    sent = request.files.get("logo")
    if sent and sent.filename:
        return sent.stream.read(LARGEST + 1)
    return changes.Present.REMOVE if "no_logo" in request.form else changes.Present.KEEP


def _colour(fields: Fields, name: str, label: str) -> str:
    """The chosen colour, or the nearest one that the page has offered; empty: the general one."""
    offered = request.form.get(f"nearest_{name}", "")
    if not offered and request.form.get(f"{name}_from") != "own":
        return ""
    colour = colours.read_colour(offered or request.form.get(name, ""))
    fields.check(bool(colour), name, label)
    return colour or ""


def _illegible(code: str, advice: Advice, field: str) -> Refusal:
    numbers = f"{advice.contrast:.1f}".replace(".", ",")
    facts = {"colour": advice.colour, "contrast": numbers, "nearest": advice.nearest}
    return Refusal(code, f"{advice.colour}: {advice.contrast}", at=(field,), **facts)


def _put_first_steps_away(desk: Desk, place: str) -> None:
    if desk.school is not None:
        changes.put_first_steps_away(desk.school.id, place, desk.actor, now())


_ACTS = {
    "first_steps": _put_first_steps_away,
    "office": _change_office,
    "note": _write_note,
    "end_note": _end_note,
    "brand": _change_brand,
}
