"""Times of XML Schema (xs:dateTime in UTC, saml-core §1.3.3) ↔ epoch seconds."""

import re
from datetime import UTC, datetime

from idp.saml.xml.documents import XmlFault

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


def read_time(value: str) -> int:
    """Epoch seconds. A time without a zone is UTC. Raises XmlFault."""
    form = _FORM.fullmatch(value)
    if form is None:
        raise XmlFault("a time is not in the form of XML Schema")
    zone = form[3] or "Z"
    try:
        return int(datetime.fromisoformat(form[1] + ("+00:00" if zone == "Z" else zone)).timestamp())
    except (ValueError, OverflowError) as fault:
        raise XmlFault("a time does not exist") from fault


def write_time(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
