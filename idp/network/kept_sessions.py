"""Sessions that live on between requests to the same origin, so that their connections are used again.

Every request is still checked: the name is resolved anew, and only a connection to an address that is permitted now is used.
"""

import time
from collections import OrderedDict
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

from idp.network import outgoing_http
from idp.network.outgoing_http import Session

MOST = 20
"""Origins whose connections one owner keeps."""
IDLE = 30.0
"""Seconds without use after which a connection is closed: below the minute after which many servers close theirs."""


class KeptSessions:
    """Sessions by origin. Used by one thread at a time."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, tuple[Session, float]] = OrderedDict()

    def post(self, origin: str, address: str, data: dict[str, str]) -> int:
        """POST a form without following redirects; the status. Raises requests.RequestException, TimeoutError at the deadline.

        A kept connection that the server has closed is replaced once: the form may then arrive twice.
        """
        entry = self._sessions.pop(origin, None)
        if entry is not None:
            try:
                return self._post(entry[0], origin, address, data)
            except outgoing_http.InsideAddress:
                raise
            except requests.ConnectionError:
                pass
        return self._post(_session(), origin, address, data)

    def _post(self, session: Session, origin: str, address: str, data: dict[str, str]) -> int:
        try:
            answer = session.post(
                address, data=data, timeout=outgoing_http.PATIENCE, allow_redirects=False, stream=True
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


def _session() -> Session:
    session = Session()
    # Store no cookies: a cookie set in one logout notice must not be sent with the next.
    policy: Any = DefaultCookiePolicy(allowed_domains=[])
    session.cookies.set_policy(policy)
    return session
