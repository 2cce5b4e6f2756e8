"""What the console's templates write of a record, an import, a job or a registration: `template_filters.py` names the filters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from idp.console.rules.import_sentences import RECORD_FIELDS, SIECLE_FIELDS, sentence_of
from idp.console.rules.record_words import ACTS, DETAILS, MOMENTS, PARTIES, TEXTS, VALUES
from idp.console.rules.registration_words import SENTENCES
from idp.console.rules.service_words import CHOICES, LABELS, PROTOCOLS
from idp.console.rules.work_words import JOBS, MESSAGES, reason, step
from idp.console.services import ListedService
from idp.services.rules.registration_reader import Fault
from idp.web.languages import moment


def import_sentence(stored: Mapping[str, Any] | str) -> str:
    """A fault or reason stored with an import, in the reader's language, without its place.

    Imports checked before codes were stored hold English text instead: it is shown as it is.
    """
    if isinstance(stored, str):
        return stored
    if "code" not in stored:
        return str(stored["sentence"])
    sentence, facts = sentence_of(stored)
    attribute = RECORD_FIELDS.get(facts.get("field", ""))
    if attribute:
        facts["field"] = gettext(attribute)
    return str(gettext(sentence, **facts))


def field_word(name: str) -> str:
    """A field of SIECLE, or of a guardian in a table (R1.MEL); a column of the office's own stays as it is."""
    number, dot, column = name.rpartition(".")
    word = SIECLE_FIELDS.get(column if number in ("R1", "R2") else name)
    return f"{number}{' – ' if dot else ''}{gettext(word)}" if word else name


def query(values: Mapping[str, Any]) -> str:
    """An address's query, without what is empty."""
    return urlencode({name: value for name, value in values.items() if value not in ("", None)})


def code(text: object) -> Markup:
    """A name that machines use: marked, so that nothing translates it and a screen reader spells it."""
    return Markup("<code>{}</code>").format(text)


def _word(words: Mapping[str, str], value: str) -> str | Markup:
    return gettext(words[value]) if value in words else code(value)


def _labelled(label: object, value: object) -> Markup:
    """A label and its value, with the colon of the language."""
    return escape(gettext("%(label)s : %(value)s")) % {"label": label, "value": value}


def act_word(act: str) -> str | Markup:
    return _word(ACTS, act)


def job_title(kind: str) -> str | Markup:
    return _word(JOBS, kind)


def message_word(kind: str) -> str | Markup:
    return _word(MESSAGES, kind)


def code_word(value: str) -> str | Markup:
    return _word(VALUES, value)


def choice_word(value: str) -> str:
    """A value that a form of ours offers, as text alone: an option of a select holds no markup."""
    return gettext(CHOICES[value]) if value in CHOICES else value


def protocol_word(protocol: str) -> Markup:
    """The name of a protocol, the same in every language."""
    return Markup('<span translate="no">{}</span>').format(PROTOCOLS[protocol])


def service_address(service: ListedService) -> str:
    """The path of a service's own page."""
    if service.protocol == "oidc":
        return url_for("console.service", client_id=service.id)
    return url_for("console.joined_service", protocol=service.protocol, service_id=service.id)


def party(text: str) -> Markup:
    """An actor or subject of the record: "account:12" is "compte n° 12"; a plus joins the two who agreed."""
    sort, colon, which = text.partition(":")
    word = _word(PARTIES, sort)
    if not colon:
        return escape(word)
    number = escape(f"n° {which.replace('+', ' + ')}") if re.fullmatch(r"[\d+]+", which) else code(which)
    return Markup("{} {}").format(word, number)


def detail(values: Mapping[str, Any]) -> Markup:
    """The details of a record, one after the other."""
    return Markup(", ").join(
        _labelled(_word(DETAILS, name), _value(name, value)) for name, value in values.items()
    )


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    if name in MOMENTS and isinstance(value, int):
        return moment(value)
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return Markup(", ").join(_value(name, entry) for entry in value)
    if isinstance(value, dict):
        return (
            Markup(", ").join(
                Markup("{} {}").format(_word(VALUES, str(key)), _value(name, entry))
                for key, entry in value.items()
                if entry
            )
            or "0"
        )
    if isinstance(value, str) and value in VALUES and (name not in TEXTS or value == "retention"):
        return gettext(VALUES[value])
    if isinstance(value, str) and name not in TEXTS:
        return code(value)
    return gettext(value) if name == "factor" else str(value)


def reason_words(error: str) -> str:
    """Why a message was not delivered, from its stored error."""
    sentence, facts = reason(error)
    return str(gettext(sentence, **facts))


def trial_step(raw_step: Sequence[str]) -> tuple[str, str, str]:
    """A step of a trial login: its name, what is wrong, what was seen."""
    name, wrong, observed = step(raw_step)
    return gettext(name), gettext(wrong) if wrong else "", observed


def registration_fault(fault: Fault) -> Markup:
    """What is wrong with a member of a registration: its name on the form and in documents, then what to do."""
    label = gettext(LABELS[fault.field]) if fault.field in LABELS else gettext("Document")
    facts = {
        name: Markup(", ").join(code(item) for item in fact) if isinstance(fact, tuple) else fact
        for name, fact in fault.facts.items()
    }
    facts |= {name: code(facts[name]) for name in ("reason", "value", "profile") if name in facts}
    sentence = escape(gettext(SENTENCES.get(fault.kind, fault.kind)))
    sentence = sentence % facts if facts else sentence
    return _labelled(Markup("{} {}").format(label, code(fault.field)), sentence)
