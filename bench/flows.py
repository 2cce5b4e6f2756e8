"""The flows that are measured, each as one function of a connection: it raises if the answer is not right."""

import base64
import hashlib
import html
import itertools
import json
import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from bench.http import Connection, get, header, post
from bench.sides import PASSWORD, REDIRECT, USERNAMES, Side

VERIFIER = "a-code-verifier-of-more-than-43-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPE = "openid profile email"
OFFLINE = f"{SCOPE} offline_access"
SESSIONS = 8
"""People whose sessions answer silently, one a connection."""
NAMES = ("silent flow", "refresh", "userinfo", "introspection", "discovery", "JWKS")
_next_person = itertools.cycle(USERNAMES)


class Asks(Protocol):
    """What sends a message to a server and returns (status, headers, body): a connection, or an application in this process."""

    def request(self, message: bytes) -> tuple[int, bytes, bytes]: ...


Flow = Callable[[Any], None]
"""Takes what it asks: `Asks`."""


def authorization(side: Side, scope: str = SCOPE) -> str:
    """The path of an authorization request."""
    offline = "offline" in scope
    query = {
        "client_id": side.offline_client or side.client_id if offline else side.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": (side.offline_scope or scope) if offline else scope,
        "state": "s" * 32,
        "nonce": "n" * 32,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        # OpenID Connect Core §11: offline_access needs consent; of a first-party client this provider asks none.
        **({"prompt": "consent"} if offline and side.consent_for_offline else {}),
    }
    return f"{side.authorize_path}?{urlencode(query)}"


def redeem(side: Side, connection: Asks, location: str, offline: bool = False) -> dict[str, Any]:
    """Tokens for the code in `location`."""
    code = location.partition("code=")[2].partition("&")[0]
    body = (
        f"grant_type=authorization_code&code={code}&redirect_uri={quote(REDIRECT, safe='')}&code_verifier={VERIFIER}"
    ).encode()
    authorized = side.basic_offline if offline else side.basic
    status, _, answer = connection.request(post(side.token_path, side.port, body, Authorization=authorized))
    assert status == 200, answer
    return document(answer)


def document(answer: bytes) -> dict[str, Any]:
    """The JSON object of a response, chunked or not."""
    parsed: dict[str, Any] = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    return parsed


def sign_in(
    side: Side,
    connection: Asks,
    scope: str = SCOPE,
    jar: dict[str, str] | None = None,
    username: str | None = None,
) -> str:
    """A login over the pages, as a browser goes; the address with the code. `jar` is filled with the cookies."""
    jar = {} if jar is None else jar
    path = authorization(side, scope)
    for _ in range(12):
        status, head, page = connection.request(get(path, side.port, Cookie=_cookies(jar)))
        _keep(jar, head)
        if status == 200:
            action, form = login_form(page)
            form |= {"username": username or next(_next_person), "password": PASSWORD}
            path = _path(action) if action else path
            message = post(path, side.port, urlencode(form).encode(), Cookie=_cookies(jar))
            status, head, page = connection.request(message)
            _keep(jar, head)
        assert status in (302, 303), (side.name, status, path, page[:2000])
        location = header(head, b"Location").decode()
        if location.startswith(REDIRECT):
            assert "code=" in location, location
            return location
        path = _path(location)
    raise AssertionError("the login never ended")


def login_page(side: Side, connection: Asks) -> tuple[str, str]:
    """(path of the sign-in page of a new browser, its cookies)."""
    jar: dict[str, str] = {}
    path = authorization(side)
    for _ in range(12):
        status, head, _page = connection.request(get(path, side.port, Cookie=_cookies(jar)))
        _keep(jar, head)
        if status == 200:
            return path, _cookies(jar)
        path = _path(header(head, b"Location").decode())
    raise AssertionError("no sign-in page came")


def login_form(page: bytes) -> tuple[str, dict[str, str]]:
    """The address and the hidden fields of the form that asks for a password; the address may be empty."""
    forms = [form for form in re.findall(rb"<form.*?</form>", page, re.DOTALL) if b'name="password"' in form]
    assert forms, page[:2000]
    fields = {}
    for field in re.findall(rb'<input[^>]*type="hidden"[^>]*>', forms[0]):
        name, value = (
            re.search(rb'\bname="([^"]*)"', field),
            re.search(rb'\bvalue="([^"]*)"', field),
        )
        if name:
            fields[name.group(1).decode()] = html.unescape(value.group(1).decode()) if value else ""
    action = re.search(rb'^<form[^>]*\baction="([^"]*)"', forms[0])
    return (html.unescape(action.group(1).decode()) if action else ""), fields


def prepare(side: Side) -> None:
    """Sign in as eight people; from then on their sessions answer silently, with and without offline_access."""
    # Cookies of one login or interaction have a path of their own: a browser does not send them to other pages.
    of_one_login = ("login", "interaction", "resume", "waiting")
    side.cookies = []
    for username in USERNAMES[:SESSIONS]:
        jar: dict[str, str] = {}
        connection = Connection(side.port)
        sign_in(side, connection, OFFLINE, jar, username)
        browser = {
            name: value for name, value in jar.items() if not any(word in name for word in of_one_login)
        }
        side.cookies.append(_cookies(browser))
        again = get(authorization(side), side.port, Cookie=side.cookies[-1])
        status, head, _ = connection.request(again)
        assert header(head, b"Location").decode().startswith(REDIRECT), (side.name, status)
        connection.close()


def first_tokens(side: Side, connection: Asks, person: int = 0) -> dict[str, Any]:
    """Tokens of a new login with a refresh token, of the person of that number."""
    location = sign_in(side, connection, OFFLINE, username=USERNAMES[person % SESSIONS])
    return redeem(side, connection, location, offline=True)


def flows(side: Side, connection: Asks, person: int = 0) -> dict[str, Flow]:
    """The flows of one connection, by name, in the session of the person of that number."""
    first = first_tokens(side, connection, person)
    held = {"refresh": first["refresh_token"]}
    userinfo = get(side.userinfo_path, side.port, Authorization=f"Bearer {first['access_token']}")
    looked_up = urlencode({"token": first["access_token"]}).encode()
    introspect = post(side.introspection_path, side.port, looked_up, Authorization=side.basic_offline)
    authorize = authorizing(side, person)

    def silent(c: Asks) -> None:
        assert "id_token" in redeem(side, c, authorize(c))

    def refresh(c: Asks) -> None:
        body = f"grant_type=refresh_token&refresh_token={held['refresh']}".encode()
        status, _, answer = c.request(
            post(side.token_path, side.port, body, Authorization=side.basic_offline)
        )
        assert status == 200, answer
        held["refresh"] = document(answer)["refresh_token"]

    return {
        "silent flow": silent,
        "refresh": refresh,
        "userinfo": same(userinfo, b'"sub"'),
        "introspection": same(introspect, b"true"),
        "discovery": same(get(side.discovery_path, side.port), b'"issuer"'),
        "JWKS": same(get(side.jwks_path, side.port), b'"keys"'),
    }


def authorizing(side: Side, person: int = 0) -> Callable[[Asks], str]:
    """Asks silently, in a person's session, for the address with a new code."""
    ask = get(authorization(side), side.port, Cookie=side.cookies[person % len(side.cookies)])

    def authorize(c: Asks) -> str:
        _, head, _ = c.request(ask)
        return header(head, b"Location").decode()

    return authorize


def same(message: bytes, expected: bytes) -> Flow:
    """The same message each time, with 200 and `expected` in the body."""

    def ask_again(c: Asks) -> None:
        status, _, answer = c.request(message)
        assert status == 200, answer
        assert expected in answer

    return ask_again


def full_login(side: Side) -> Flow:
    """Sign-in page, password, code, tokens, in a browser that has never been here."""

    def login(c: Asks) -> None:
        redeem(side, c, sign_in(side, c))

    return login


def _path(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _keep(jar: dict[str, str], head: bytes) -> None:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"set-cookie:"):
            name, _, value = line[11:].strip().decode().partition(";")[0].partition("=")
            if value and b"max-age=0" not in line.lower():
                jar[name] = value
            else:
                jar.pop(name, None)


def _cookies(jar: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in jar.items())
