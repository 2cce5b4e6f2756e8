"""Flask, with less work for each request.

What Flask does for every request is done only where it is needed: the signed cookie is read at its
first use, a path without a variable part is found in a table, and the endpoints of machines pass by the hooks that
concern forms and pages. What a view sees is the same: `request`, `session`, `g`, `url_for`, error handlers.
docs/performance.md has the measurements.
"""

import re
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from flask import Flask, Request, Response, request
from flask.ctx import RequestContext
from flask.globals import _cv_app, _cv_request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.signals import appcontext_tearing_down, request_tearing_down
from flask.templating import Environment
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from idp.web.static_files import addresses

_INDENTATION = re.compile(r"\n[ \t]+")


class PlainResponse(Response):
    """A response whose body and headers are whole: nothing is computed from them when it is sent.

    `headers` are pairs of a name and a value of one line each, made by this program.
    """

    def __init__(self, body: bytes, status: int, headers: list[tuple[str, str]]) -> None:
        values = "".join([value for _, value in headers])
        if "\r" in values or "\n" in values:
            raise ValueError("a header's value is one line")
        self.headers = Headers()
        self.headers._list = [*headers, ("Content-Length", str(len(body)))]
        self.response = [body]
        self.status_code = status
        self.direct_passthrough = False
        self._on_close = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(self.status, list(self.headers._list))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else self.response  # type: ignore[return-value]


class LazySession(SessionMixin):
    """The signed cookie of a browser, verified and decoded at its first use."""

    def __init__(self, opened: Callable[[], SecureCookieSession]) -> None:
        self._opened = opened
        self._session: SecureCookieSession | None = None
        self.accessed = False

    @property
    def loaded(self) -> SecureCookieSession:
        """The decoded cookie."""
        if self._session is None:
            self._session = self._opened()
        return self._session

    @property
    def was_used(self) -> bool:
        """Whether the request has looked into the cookie."""
        return self._session is not None

    @property
    def modified(self) -> bool:
        return self._session is not None and self._session.modified

    @modified.setter
    def modified(self, value: bool) -> None:
        self.loaded.modified = value

    @property
    def new(self) -> bool:  # type: ignore[override]
        return self.loaded.new

    def __getitem__(self, key: str) -> Any:
        return self.loaded[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.loaded[key] = value

    def __delitem__(self, key: str) -> None:
        del self.loaded[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.loaded)

    def __len__(self) -> int:
        return len(self.loaded)


class LazySessions(SecureCookieSessionInterface):
    """Flask's signed cookies, decoded at the first access."""

    def open_session(self, app: Flask, request: Request) -> LazySession:  # type: ignore[override]
        opened = super().open_session
        return LazySession(lambda: opened(app, request) or SecureCookieSession())

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if isinstance(session, LazySession) and not session.was_used:
            return
        super().save_session(app, session, response)


class Context(RequestContext):
    """A request's context. The URL adapter is made when a URL is built or a path has a variable part."""

    def __init__(
        self,
        app: "Application",
        environ: dict[str, Any],
        request: Request | None = None,
        session: SessionMixin | None = None,
    ) -> None:
        if request is None:
            request = app.request_class(environ)
            request.json_module = app.json
        self.app: Application = app
        self.request = request
        self.flashes = None
        self._session = session
        self._after_request_functions = []
        self._cv_tokens = []
        self._adapter: MapAdapter | None = None

    @property
    def url_adapter(self) -> MapAdapter | None:  # type: ignore[override]
        if self._adapter is None:
            try:
                self._adapter = self.app.create_url_adapter(self.request)
            except HTTPException as fault:
                self.request.routing_exception = fault
        return self._adapter

    def push(self) -> None:
        app_context = _cv_app.get(None)
        if app_context is None or app_context.app is not self.app:
            app_context = self.app.app_context()
            app_context.push()
        else:
            app_context = None
        self._cv_tokens.append((_cv_request.set(self), app_context))
        if self._session is None:
            self._session = self.app.session_interface.open_session(self.app, self.request)
        self.match_request()

    def match_request(self) -> None:
        request = self.request
        rule = self.app.rule_of(request.environ["REQUEST_METHOD"], request.environ.get("PATH_INFO", ""))
        if rule is not None:
            request.url_rule, request.view_args = rule, {}
        elif self.url_adapter is not None:
            super().match_request()


class LazyRule(Rule):
    """A rule whose functions that build URLs are compiled when the first URL is built: there are two for each rule."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(rule: "LazyRule", **values: Any) -> tuple[str, str]:
            compiled: Callable[..., tuple[str, str]]
            compiled = Rule._compile_builder(rule, append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", compiled)
            return compiled(**values)

        return build


class Templates(Environment):
    """Flask's templates. None has globals of its own: Jinja's copy for each template is compared name by name at each import.

    Pages travel without the indentation of their source, which is 3 % of a page.
    """

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        source = super().preprocess(source, name, filename)
        return _INDENTATION.sub("\n", source) if name and name.endswith(".html") else source

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


class Application(Flask):
    """The provider's Flask application."""

    session_interface = LazySessions()
    url_rule_class = LazyRule
    jinja_environment = Templates

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.machine_endpoints: set[str] = set()
        """Endpoints whose requests are no form and whose responses are no page of this provider: no hook of forms runs."""
        self.after_machine_request: list[Callable[[Response], Response]] = []
        """What is done to the responses of these endpoints, in this order."""
        self.plain_headers: dict[str, tuple[tuple[str, str], ...]] = {}
        """Endpoint of machines → headers of every PlainResponse."""
        self.after_plain_response: list[Callable[[Response], Response]] = []
        """What is done to a PlainResponse of these endpoints, in place of `after_machine_request`."""
        self._rules: dict[tuple[str, str], Rule] | None = None

    def rule_of(self, method: str, path: str) -> Rule | None:
        """The rule of a path without a variable part; None if Flask has to look it up."""
        if self._rules is None:
            self._rules = {
                (method, rule.rule): rule
                for rule in self.url_map.iter_rules()
                if not rule.arguments and not rule.redirect_to and not rule.websocket
                for method in (rule.methods or set()) - {"OPTIONS"}
            }
        return self._rules.get((method, path))

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view as it is: no view is asynchronous."""
        return func

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Flask's address of an endpoint. A page names half a dozen static files: their addresses are made once."""
        if endpoint == "static" and values.keys() == {"filename"} and _cv_request.get(None) is not None:
            address = addresses().get(values["filename"])
            if address is not None and not request.root_path:
                return address
        return super().url_for(endpoint, **values)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        return None if request is None else super().create_url_adapter(request)

    def request_context(self, environ: dict[str, Any]) -> Context:
        return Context(self, environ)

    def do_teardown_request(self, exc: Any = None) -> None:
        if self.teardown_request_funcs or request_tearing_down.receivers:
            super().do_teardown_request(exc)

    def do_teardown_appcontext(self, exc: Any = None) -> None:
        if self.teardown_appcontext_funcs or appcontext_tearing_down.receivers:
            super().do_teardown_appcontext(exc)

    def full_dispatch_request(self) -> Response:
        context = _cv_request.get()
        rule = context.request.url_rule
        if rule is None or rule.endpoint not in self.machine_endpoints or context.request.method == "OPTIONS":
            return super().full_dispatch_request()
        self._got_first_request = True
        try:
            returned: Any = self.view_functions[rule.endpoint](**(context.request.view_args or {}))
        except Exception as fault:
            returned = self.handle_user_exception(fault)
        if isinstance(returned, PlainResponse):
            returned.headers._list += self.plain_headers[rule.endpoint]
            response: Response = returned
            functions = [*context._after_request_functions, *self.after_plain_response]
        else:
            response = self.make_response(returned)
            functions = [*context._after_request_functions, *self.after_machine_request]
        for function in functions:
            response = self.ensure_sync(function)(response)
        assert context._session is not None
        self.session_interface.save_session(self, context._session, response)
        return response
