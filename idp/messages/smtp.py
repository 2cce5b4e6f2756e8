"""A connection to the SMTP server that serves one mail after the other (RFC 5321 §4.1.1.5 permits it; RSET ends a refused one).

Used by one thread at a time. It is opened by the first mail, opened again when the server has dropped it, and closed when idle.
"""

import contextlib
import smtplib
import socket
import time
from email.message import EmailMessage

from idp.messages.rules.retries import CLAIM
from idp.network import certificate_authorities
from idp.network.deadline import Deadline
from idp.settings import Mail

READY = 220
ACCEPTED = 250
SERVICE_CLOSES = 421
"""RFC 5321 §3.8: the server ends the connection, for instance after a number of mails."""
PARTS = 3
"""Times `mail.timeout` that a whole mail may take: a server that sends a byte now and then is cut off like a silent one."""
MARGIN = 20
"""Seconds between the deadline of a mail and the end of its claim."""


class SmtpConnection:
    """A connection that is kept between mails."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None
        self._deadline = Deadline()
        self._used = 0.0

    def send(self, settings: Mail, message: EmailMessage) -> None:
        """Send a mail. Raises OSError (SMTPException is one of its kinds).

        Only on a connection that other mails have used before, a lost connection is replaced, once.
        """
        self._deadline.begin(min(PARTS * settings.timeout, CLAIM - MARGIN))
        try:
            if self._server is not None:
                try:
                    self._send(self._server, message)
                    return
                except OSError as fault:
                    if not _is_lost(self._server, fault) or self._deadline.passed:
                        raise
                    self.close()
            self._server = connected(settings, self._deadline)
            self._send(self._server, message)
        except OSError as fault:
            if self._server is not None and _is_lost(self._server, fault):
                self.close()
            if self._deadline.passed:
                raise TimeoutError("timed out") from fault
            raise
        finally:
            self._deadline.end_exchange()

    def _send(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        server.send_message(message)
        self._used = time.monotonic()

    def close(self, unused_since: float | None = None) -> None:
        """Close the connection, if it was not used since the monotonic time `unused_since`."""
        if unused_since is not None and self._used >= unused_since:
            return
        server, self._server = self._server, None
        if server is not None:
            if unused_since is not None:
                with contextlib.suppress(OSError):
                    # Do not wait for a server that does not answer QUIT.
                    if server.sock is not None:
                        server.sock.settimeout(1.0)
                    server.quit()
            server.close()
        self._deadline.end()


def connected(settings: Mail, deadline: Deadline | None = None) -> smtplib.SMTP:
    """A session with the SMTP server: encrypted and authenticated according to the settings. Raises OSError, SMTPException."""
    server: smtplib.SMTP
    if settings.security == "tls":
        server = _WatchedTls(timeout=settings.timeout, context=certificate_authorities.context())
    else:
        server = _Watched(timeout=settings.timeout)
    # Set before the connection is made, so that the handshake too is cut; smtplib verifies the certificate for `_host`.
    server._watching, server._host = deadline, settings.host  # type: ignore[attr-defined]
    try:
        code, greeting = server.connect(settings.host, settings.port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, greeting)
        if settings.security == "starttls":
            server.starttls(context=certificate_authorities.context())
        if settings.username:
            server.login(settings.username, settings.password)
    except BaseException:
        server.close()
        raise
    return server


class _Watched(smtplib.SMTP):
    """Its socket is cut at the deadline, from the first moment."""

    _watching: Deadline | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        if self._watching is not None:
            self._watching.watch(self, sock)
        return sock

    def close(self) -> None:
        if self._watching is not None:
            self._watching.leave(self)
        super().close()

    def _rset(self) -> None:
        """smtplib sends RSET after a refusal. If the server does not accept it, the next mail could join the refused one."""
        with contextlib.suppress(smtplib.SMTPServerDisconnected):
            if self.rset()[0] != ACCEPTED:
                self.close()


class _WatchedTls(smtplib.SMTP_SSL, _Watched):
    """The same, encrypted from the first byte: SMTP_SSL takes its socket from the next class of the order, `_Watched`."""


def _is_lost(server: smtplib.SMTP, fault: OSError) -> bool:
    """Whether the connection cannot be used again: closed, or a state that RSET has not cleared."""
    if server.sock is None or isinstance(fault, smtplib.SMTPServerDisconnected):
        return True
    if isinstance(fault, smtplib.SMTPResponseException):
        return fault.smtp_code == SERVICE_CLOSES
    return not isinstance(fault, smtplib.SMTPException)
