"""The words of one page of the console."""

from dataclasses import dataclass

from idp.console.rules.rights import Act


@dataclass(frozen=True)
class PageWords:
    """`purpose`: two or three sentences. `words`: what people may type for it. `act`: the right that the page needs."""

    title: str
    purpose: str
    words: str = ""
    act: Act | None = None
