"""Sessions that live on between requests to the same origin, so that their connections are used again.

A request to a registered address is still checked: the name is resolved anew, and only a connection to an address that
is permitted now is used. The operator's own URL (the SMS gateway) is not checked, and has connections of its own.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

from idp.network import outgoing_http
from idp.network.outgoing_http import Session
from idp.network.urls import origin_of

MOST = 20
"""Origins whose connections one owner keeps."""
IDLE = 30.0
"""Seconds without use after which a connection is closed: below the minute after which many servers close theirs."""


class KeptSessions:
    """Sessions by origin. Used by one thread at a time."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, tuple[Session, float]] = OrderedDict()

    def post(
        self, origin: str, address: str, data: dict[str, str] | bytes, headers: dict[str, str] | None = None
    ) -> int:
        """POST a form, or bytes under `headers`, to a registered address without following redirects; the status.

        Raises requests.RequestException, TimeoutError at the deadline. A kept connection that the server has closed is
        replaced once: the form may then arrive twice.
        """
        return self._send(origin, Session, "POST", address, data=data, headers=headers)

    def call(self, method: str, address: str, seconds: float, **more: Any) -> int:
        """A request to a URL of the operator's settings, as `outgoing_http.call`; the status. Raises outgoing_http.Unreachable.

        As with `post`, a request may arrive twice.
        """
        origin, proxies = f"operator {origin_of(address)}", requests.utils.get_environ_proxies(address)
        try:
            return self._send(
                origin, lambda: Session(True, seconds), method, address, proxies=proxies, **more
            )
        except TimeoutError as fault:
            raise outgoing_http.TooLate("answered too slowly") from fault
        except (requests.RequestException, OSError, ValueError) as fault:
            raise outgoing_http.Unreachable(f"no answer: {type(fault).__name__}") from fault

    def _send(self, origin: str, new: Callable[[], Session], method: str, address: str, **more: Any) -> int:
        entry = self._sessions.pop(origin, None)
        if entry is not None:
            try:
                return self._send_by(entry[0], origin, method, address, more)
            except outgoing_http.InsideAddress:
                raise
            except requests.ConnectionError:
                pass
        session = new()
        # A request is no browser's: what one response sets must not go with the next.
        policy: Any = DefaultCookiePolicy(allowed_domains=[])
        session.cookies.set_policy(policy)
        return self._send_by(session, origin, method, address, more)

    def _send_by(self, session: Session, origin: str, method: str, address: str, more: dict[str, Any]) -> int:
        try:
            answer = session.request(
                method, address, timeout=outgoing_http.PATIENCE, allow_redirects=False, stream=True, **more
            )
            if session.is_late:
                raise TimeoutError
            status = answer.status_code
            session.finish(answer)
        except BaseException as fault:
            late = session.is_late
            session.close()
            if late and isinstance(fault, requests.RequestException):
                raise TimeoutError from fault
            raise
        self._sessions[origin] = session, time.monotonic()
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)[1][0].close()
        return status

    def close(self, unused_since: float | None = None) -> None:
        """Close all sessions, or those unused since the monotonic time `unused_since`."""
        for origin, (session, used) in list(self._sessions.items()):
            if unused_since is None or used < unused_since:
                del self._sessions[origin]
                session.close()
