"""`/design/mails` and `/design/letter.pdf`: each kind of mail and letter with invented facts."""

from base64 import b64encode
from email.headerregistry import Address
from typing import Any

from flask import Response, abort, g, render_template, request

from idp.letters import pdf
from idp.letters.faces import Paper, second_language
from idp.letters.issue import Letter, expiry
from idp.letters.rules.runs import LetterChild
from idp.letters.rules.sheets import CLASS, PAIR, POST
from idp.messages import mail
from idp.messages.notices import NOTICES
from idp.messages.rules.senders import Sender, from_address
from idp.people.offices import SchoolOffice
from idp.refusals import N_
from idp.runtime.context import now, settings
from idp.samples import blueprint, sample_logo
from idp.schools import letterheads, logos
from idp.schools.rules.letterheads import Letterhead

SCHOOL = "Collège des Tilleuls"
SENDER = Sender(
    SCHOOL, ("03 53 01 00 00", "du lundi au vendredi, 8 h – 17 h"), "secretariat@tilleuls.example"
)
OFFICE = SchoolOffice(SCHOOL, phone="03 53 01 00 00", hours="du lundi au vendredi, 8 h – 17 h")
MAIL_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""A mail has no script and no sheet of ours; its styles are inline, and its only picture travels with it."""

_PERSON = {"name": "Claire", "username": "c.durand", "code": "492731"}
_FACTS: dict[str, dict[str, Any]] = {
    "confirm_mail": _PERSON | {"minutes": 30},
    "address_taken": _PERSON,
    "recovery": _PERSON | {"minutes": 60, "code_minutes": 10},
    "activation": _PERSON | {"kind": "guardian", "days": 90},
    "usernames": {"usernames": ["Claire Durand : c.durand"]},
}
_NOTICE_FACTS = {
    "username": "c.durand",
    "device": N_("un navigateur inconnu"),
    "address": "c…d@famille.example",
    "factor": N_("application d’authentification"),
    "child": "Tom Durand",
    "joined": "c.durand2",
    "service": "i-Cart",
    "provider": "FranceConnect",
    "reason": "Tom Durand est inscrit jusqu’en juillet.",
}
_WITH_LINK = ("new_device", "mail_changed", "mail_replaced", "mobile_changed")
KINDS = (*_FACTS, *(f"notice.{key}" for key in NOTICES))
"""Every kind of mail: a template, or a notice."""


@blueprint.page("mails")
def mails() -> str:
    """One kind in one language, and the list of the others."""
    kind, language = _asked()
    head = _head()
    subject, text, _ = _mail(kind, language, head)
    configured = Address("EduConnect", addr_spec="ne-pas-repondre@idp.example")
    g.frames = "'self'"
    return render_template(
        "design/mails.html",
        kinds=KINDS,
        kind=kind,
        language_of_mail=language,
        languages=settings().service.languages,
        sender=str(from_address(configured, head.lines)),
        branded=request.args.get("brand"),
        subject=subject,
        text=text,
    )


@blueprint.page("mail")
def html_of_mail() -> Response:
    """The HTML part alone, as a mail program shows it."""
    response = Response(_mail(*_asked(), _head())[2], mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    g.framed_by = "'self'"
    return response


@blueprint.page("letter")
def letter() -> Response:
    """Three letters; `form`: post, class or pair."""
    form = request.args.get("form", POST)
    if form not in (POST, CLASS, PAIR):
        abort(404)
    language = _asked()[1]
    paper = Paper(language, form, second_language(language), "4 B")
    head = _head(on_paper=True)
    return Response(pdf.letters_pdf(letters(), OFFICE, expiry(now()), paper, head), mimetype=pdf.MIME)


def letters() -> list[Letter]:
    """A guardian with a postal address, a pupil, a guardian whose name is not in Latin letters."""
    tom, lea = LetterChild("Tom", "Durand", "4 B", SCHOOL), LetterChild("Léa", "Durand", "6 A", SCHOOL)
    ali = LetterChild("ليلى", "الحسن", "4 B", SCHOOL)
    home = {"street": "Bâtiment C\n12 rue de l’Hôtel-de-Ville", "postal_code": "99110", "city": "Valmoret"}
    return [
        Letter(
            1, "guardian", "Claire", "Durand", "c.durand", "kT4mHx9wRq7B", "MME", None, (tom, lea), **home
        ),
        Letter(2, "pupil", "Tom", "Durand", "t.durand", "wP3xKd8sNf5G", class_code="4 B"),
        Letter(3, "guardian", "محمد", "الحسن", "m.alhsn", "hV6rTy2kQz4C", "M.", None, (ali,)),
    ]


def _asked() -> tuple[str, str]:
    kind = request.args.get("kind", KINDS[0])
    language = request.args.get("mail_in", settings().service.languages[0])
    if kind not in KINDS or language not in settings().service.languages:
        abort(404)
    return kind, language


def _head(on_paper: bool = False) -> Letterhead:
    """The head of the service, or that of an invented brand."""
    if not request.args.get("brand"):
        return letterheads.for_mail(SCHOOL, "")
    picture = sample_logo.drawn()
    logo = logos.whole(picture) if on_paper else logos.on_plate(picture)
    return Letterhead((SCHOOL, "Mon espace Tilleuls"), "#7a1f5c", logo)


def _mail(kind: str, language: str, head: Letterhead) -> tuple[str, str, str]:
    logo = f"data:image/png;base64,{b64encode(head.logo.content).decode()}" if head.logo else ""
    template, _, key = kind.partition(".")
    address = f"{settings().server.issuer}/help"
    if not key:
        facts = {**_FACTS[template], "link": address, "portal": settings().service.portal_url}
        return mail.parts(template, language, facts, SENDER, head, logo)
    notice = NOTICES[key]
    facts = {
        "name": "Claire",
        "subject": notice.subject,
        "sentence": notice.sentence,
        "to_do": notice.to_do,
        "facts": _NOTICE_FACTS,
        "at": now(),
        "link": address if key in _WITH_LINK else None,
    }
    return mail.parts(template, language, facts, SENDER, head, logo)
