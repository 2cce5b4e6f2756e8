"""The flows that are measured, each as one function of a connection: it raises if the answer is not right."""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

from bench.http import Connection, get, header, post
from bench.sides import PASSWORD, REDIRECT, USERNAMES, Side

VERIFIER = "a-code-verifier-of-more-than-43-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
_next_person = itertools.cycle(USERNAMES)
Flow = Callable[[Connection], None]


SCOPE = "openid profile email"


def authorization(side: Side, scope: str = SCOPE) -> str:
    """The path of an authorization request."""
    query = {
        "client_id": side.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": scope,
        "state": "s" * 32,
        "nonce": "n" * 32,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **({"prompt": "consent"} if "offline" in scope and not side.usernames else {}),
    }
    return f"{side.authorize_path}?{urlencode(query)}"


def redeem(side: Side, connection: Connection, location: str) -> dict[str, str]:
    """Tokens for the code in `location`."""
    code = location.partition("code=")[2].partition("&")[0]
    body = (
        f"grant_type=authorization_code&code={code}&redirect_uri={quote(REDIRECT, safe='')}&code_verifier={VERIFIER}"
    ).encode()
    status, _, answer = connection.request(post(side.token_path, side.port, body, Authorization=side.basic))
    assert status == 200, answer
    tokens: dict[str, str] = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    return tokens


def sign_in(side: Side, connection: Connection, scope: str = SCOPE, jar: dict[str, str] | None = None) -> str:
    """A login over the pages, as a browser goes; the address with the code. `jar` is filled with the cookies."""
    jar = {} if jar is None else jar
    path = authorization(side, scope)
    for _ in range(12):
        status, head, page = connection.request(get(path, side.port, Cookie=_cookies(jar)))
        _keep(jar, head)
        if status == 200:
            token = re.search(rb'name="csrf_token" value="([^"]+)"', page)
            assert token is not None
            form = {
                "csrf_token": token.group(1).decode(),
                "username": next(_next_person),
                "password": PASSWORD,
            }
            message = post(path, side.port, urlencode(form).encode(), Cookie=_cookies(jar))
            status, head, page = connection.request(message)
            _keep(jar, head)
        assert status in (302, 303), page[:300]
        location = header(head, b"Location").decode()
        if location.startswith(REDIRECT):
            return location
        parts = urlsplit(location)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
    raise AssertionError("the login never ended")


def prepare(side: Side) -> None:
    """Log in once; from then on the session answers silently."""
    jar: dict[str, str] = {}
    connection = Connection(side.port)
    sign_in(side, connection, f"{SCOPE} offline_access", jar)
    # What a browser sends to every page: cookies of one login or interaction have a path of their own.
    of_one_login = ("login", "interaction", "resume", "waiting")
    side.cookie = _cookies(
        {name: value for name, value in jar.items() if not any(word in name for word in of_one_login)}
    )
    sign_in_again = get(authorization(side), side.port, Cookie=side.cookie)
    status, head, _ = connection.request(sign_in_again)
    assert header(head, b"Location").decode().startswith(REDIRECT), (side.name, status)
    connection.close()


def flows(side: Side, connection: Connection) -> dict[str, Flow]:
    """The flows of one connection, by name."""
    ask = get(authorization(side), side.port, Cookie=side.cookie)
    jar: dict[str, str] = {}
    first = redeem(side, connection, sign_in(side, connection, f"{SCOPE} offline_access", jar))
    held = {"refresh": first["refresh_token"]}
    bearer = get(side.userinfo_path, side.port, Authorization=f"Bearer {first['access_token']}")
    looked_up = urlencode({"token": first["access_token"]}).encode()
    introspect = post(side.introspection_path, side.port, looked_up, Authorization=side.basic)

    def silent(c: Connection) -> None:
        _, head, _ = c.request(ask)
        assert "id_token" in redeem(side, c, header(head, b"Location").decode())

    def refresh(c: Connection) -> None:
        body = f"grant_type=refresh_token&refresh_token={held['refresh']}".encode()
        status, _, answer = c.request(post(side.token_path, side.port, body, Authorization=side.basic))
        assert status == 200, answer
        held["refresh"] = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])["refresh_token"]

    def same(message: bytes, expected: bytes) -> Flow:
        def ask_again(c: Connection) -> None:
            status, _, answer = c.request(message)
            assert status == 200, answer
            assert expected in answer

        return ask_again

    return {
        "silent flow": silent,
        "refresh": refresh,
        "userinfo": same(bearer, b'"sub"'),
        "introspection": same(introspect, b"true"),
        "discovery": same(get(side.discovery_path, side.port), b'"issuer"'),
        "JWKS": same(get(side.jwks_path, side.port), b'"keys"'),
    }


def full_login(side: Side) -> Flow:
    """Sign-in page, password, code, tokens, in a browser that has never been here."""

    def login(c: Connection) -> None:
        redeem(side, c, sign_in(side, c))

    return login


def _keep(jar: dict[str, str], head: bytes) -> None:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"set-cookie:"):
            name, _, value = line[11:].strip().decode().partition(";")[0].partition("=")
            jar[name] = value


def _cookies(jar: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in jar.items())
