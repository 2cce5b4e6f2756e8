"""What the console's templates write of a record, an import, a job or a registration: `template_filters.py` names the filters."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import format_timedelta, gettext
from markupsafe import Markup, escape

from idp.console.rules.causes import Cause, Sort
from idp.console.rules.days import has_date
from idp.console.rules.mentions import Mention, of_detail, of_party
from idp.console.rules.page_purpose import PageWords
from idp.console.rules.page_words import PAGES
from idp.console.rules.record_words import (
    ACTS,
    DETAILS,
    ERASED,
    GONE,
    MOMENTS,
    NAMED_PARTIES,
    PARTIES,
    SECONDS,
    SEVERAL,
    TEXTS,
    VALUES,
    metadata_reason,
)
from idp.console.rules.registration_words import SENTENCES
from idp.console.rules.service_words import CHOICES, LABELS, PROTOCOLS
from idp.console.rules.work_words import ADVICE, JOBS, MESSAGES, reason, step
from idp.console.services import ListedService
from idp.runtime.context import now
from idp.services.rules.registration_reader import Fault
from idp.signin.rules.browser_names import UNKNOWN, browser_name
from idp.web.languages import day, lasting, moment


def page_words(endpoint: str) -> PageWords | None:
    """What a page of the console is for; `endpoint` as Flask names it."""
    return PAGES.get(endpoint.removeprefix("console."))


def query(values: Mapping[str, Any]) -> str:
    """An address's query, without what is empty; a list is a parameter several times."""
    return urlencode(
        {name: value for name, value in values.items() if value not in ("", None, [], ())}, doseq=True
    )


def ago(seconds: int) -> str:
    """How long ago a moment was, in its largest unit: "il y a 5 minutes". A later moment: "dans 3 jours"."""
    passed = seconds - now()
    return (
        str(format_timedelta(timedelta(seconds=passed), add_direction=True))
        if passed
        else gettext("à l’instant")
    )


def iso_moment(seconds: int) -> str:
    """A moment for machines that read the page: the attribute `datetime` of an element `time`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def written_day(iso: str | None) -> str:
    """A stored day (YYYY-MM-DD) as people write it; a text that is no day stays as it is."""
    try:
        return day(date.fromisoformat(iso)) if iso else "–"
    except ValueError:
        return str(iso)


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


def act_text(act: str) -> str:
    """An act in words, as text alone: for a cell of a file."""
    return str(gettext(ACTS[act])) if act in ACTS else act


def job_title(kind: str) -> str | Markup:
    return _word(JOBS, kind)


def message_word(kind: str) -> str | Markup:
    return _word(MESSAGES, kind)


def code_word(value: str) -> str | Markup:
    return _word(VALUES, value)


def choice_word(value: str) -> str:
    """A value that a form of ours offers, as text alone: an option of a select holds no markup."""
    return gettext(CHOICES[value]) if value in CHOICES else value


Names = Mapping[Mention, str | None]
"""What is mentioned → its name; None for a person whose data were erased."""


def protocol_word(protocol: str) -> Markup:
    """The name of a protocol, the same in every language."""
    return Markup('<span translate="no">{}</span>').format(PROTOCOLS[protocol])


def service_address(service: ListedService) -> str:
    """The path of a service's own page."""
    if service.protocol == "oidc":
        return url_for("console.service", client_id=service.id)
    return url_for("console.joined_service", protocol=service.protocol, service_id=service.id)


def party(text: str, names: Names) -> str | Markup:
    """An actor or subject of the record by its name: "account:12" is "Hélène Vasseur"; a plus joins the two who agreed."""
    sort, colon, which = text.partition(":")
    mentions = of_party(text)
    if mentions:
        return str(gettext(" et ")).join(str(_name(mention, names)) for mention in mentions)
    word = _word(PARTIES, sort)
    if not colon:
        return word
    if re.fullmatch(r"\d+", which):
        return escape(word) + f" n° {which}"
    return Markup("{} {}").format(word, code(which[:8] if sort == "key" else which))


def _name(mention: Mention, names: Names) -> str:
    """The name of a thing, with what it is where the name alone does not say it."""
    key, name = mention.key, names.get(mention, "")
    if name is None:
        return str(gettext(ERASED))
    if not name:
        return str(gettext(GONE[mention.sort], number=key))
    if mention.sort in ("job", "approval"):
        name = gettext(VALUES[name]) if name in VALUES else name
    if mention.sort == "import":
        name = key
    return str(gettext(NAMED_PARTIES[mention.sort], name=name, number=key))


def detail(record: Any, names: Names) -> Markup:
    """The details of a record, one after the other."""
    values = dict(record.detail)
    if record.act == "saml.metadata_refused":
        sentence, facts = metadata_reason(str(values.get("reason", "")))
        values["reason"] = gettext(sentence, **facts)
    return Markup(", ").join(
        _labelled(_word(DETAILS, name), _value(name, value, names)) for name, value in values.items()
    )


def _value(name: str, value: Any, names: Names) -> Any:
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    if value is None or value == "":
        return "–"
    if mention := of_detail(name, value):
        return _name(mention, names)
    if name in MOMENTS and isinstance(value, int) and has_date(value):
        return moment(value)
    if name in SECONDS and isinstance(value, int):
        return lasting(value)
    if name in SEVERAL and isinstance(value, str) and " " in value:
        value = value.split()
    if isinstance(value, list):
        return Markup(", ").join(_value(name, entry, names) for entry in value)
    if isinstance(value, dict):
        return (
            Markup(", ").join(
                Markup("{} {}").format(_word(VALUES, str(key)), _value(name, entry, names))
                for key, entry in value.items()
                if entry
            )
            or "0"
        )
    if isinstance(value, str) and value in VALUES and (name not in TEXTS or value == "retention"):
        return gettext(VALUES[value])
    if name == "device":
        readable = browser_name(str(value))
        return gettext(UNKNOWN) if readable == UNKNOWN else readable
    if isinstance(value, str) and name not in TEXTS:
        return code(value)
    return gettext(value) if name == "factor" else str(value)


def technical(record: Any) -> Markup:
    """A record as it is stored, for who needs the words of machines: act, actor, subject, details."""
    parts = [record.act, record.actor, record.subject]
    parts += [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in record.detail.items()]
    return Markup(" ").join(code(part) for part in parts)


def reason_words(error: str) -> str:
    """Why a message was not delivered, from its stored error."""
    sentence, facts = reason(error)
    return str(gettext(sentence, **facts))


def cause_reason(cause: Cause) -> str:
    """Why something fails, in a half sentence; empty where no error is stored."""
    if cause.sort is Sort.METADATA:
        sentence, facts = metadata_reason(cause.error)
        return str(gettext(sentence, **facts))
    return reason_words(cause.error) if cause.error and cause.sort is not Sort.JOB else ""


def advice(cause: Cause) -> str:
    """What to do about a cause."""
    return str(gettext(ADVICE[cause.advice]))


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
