"""Pages with a form: if an act raises a refusal, the page is shown again with it and its status.

form, form_page = CodeForm(), FormPage("account/app.html")
with form_page:
    if form.validate_on_submit():
        act(form.code.data)
        return redirect(…)
return form_page.show(form=form)
"""

from collections.abc import Container
from types import TracebackType
from typing import Any, Self

from flask import g, render_template
from werkzeug.wrappers import Response

from idp.observability import counting
from idp.refusals import Refusal

Page = str | tuple[str, int] | Response
"""The return value of a view."""


class FormPage:
    """A template, and the refusal that an act in the `with` block raised.

    `values`: for the template. `only`, `but`: codes of the refusals that the page shows (None: all), and of those that
    it does not. The error handler shows the others.
    """

    def __init__(
        self, template: str, only: Container[str] | None = None, but: Container[str] = (), **values: Any
    ) -> None:
        self.refusal: Refusal | None = None
        self._template, self._only, self._but, self._values = template, only, but, values

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, raised: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if not isinstance(raised, Refusal) or raised.code in self._but:
            return False
        if self._only is not None and raised.code not in self._only:
            return False
        self.refusal = raised
        counting.refused(raised.code, raised.name)
        return True

    def show(self, **values: Any) -> tuple[str, int]:
        """The page and its status: the refusal's, else 200. The fields named by the refusal are marked (facts["at"])."""
        refusal = self.refusal
        g.fields_at_fault = refusal.facts.get("at", ()) if refusal else ()
        text = render_template(self._template, refusal=refusal, **self._values, **values)
        return text, (refusal.status if refusal else 200)
