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


def newest(
    account: int, before: int | None, most: int, acts: list[str] | None = None, since: int = 0
) -> list[HistoryLine]:
    """At most `most` lines of an account, the newest first.

    `before`: only records with lower ids. `acts`: only these (None: every act of the history). `since`: epoch seconds.
    """
    return [
        HistoryLine(
            event,
            SENTENCES[event.act],
            browser_name(event.detail["device"]) if event.detail.get("device") else "",
        )
        for event in records.history(
            reading(), account, list(SENTENCES) if acts is None else acts, before, most, since
        )
    ]
