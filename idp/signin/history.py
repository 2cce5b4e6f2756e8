"""The history of an account: the audit records that its person may see, each with its sentence."""

from dataclasses import dataclass

from idp.audit.storage import records
from idp.audit.storage.records import Event
from idp.database.engine import reading
from idp.signin.rules.browser_names import browser_name
from idp.signin.rules.history import SENTENCES


@dataclass(frozen=True)
class HistoryLine:
    """`sentence` is French, to be translated. `device`: the browser and its system, empty for acts without one."""

    event: Event
    sentence: str
    device: str


def newest(account: int, before: int | None, most: int) -> list[HistoryLine]:
    """At most `most` lines of an account, the newest first; `before`: only records with lower ids."""
    return [
        HistoryLine(
            event,
            SENTENCES[event.act],
            browser_name(event.detail["device"]) if event.detail.get("device") else "",
        )
        for event in records.history(reading(), account, list(SENTENCES), before, most)
    ]
