"""HTTP/1.1 messages over kept-alive sockets: light enough not to be what is measured."""

import socket
from typing import NamedTuple


class Answer(NamedTuple):
    """A response: its status, its head as it came, its body."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The value of a header, empty if there is none."""
        at = self.head.lower().find(b"\r\n" + name.lower() + b":")
        return self.head[at + len(name) + 3 :].partition(b"\r\n")[0].strip() if at >= 0 else b""

    def cookies(self) -> dict[str, str]:
        """The cookies that the response sets."""
        found = {}
        for line in self.head.split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                name, _, value = line[11:].strip().decode().partition(";")[0].partition("=")
                found[name] = value
        return found


class Connection:
    """One connection to a port of this machine, opened again where the server closes it between two answers."""

    def __init__(self, port: int) -> None:
        self.socket = _connect(port)
        self._port = port
        self._received = b""
        self._closing = False

    def send(self, message: bytes) -> bool:
        """Send; True if the socket had to be opened anew."""
        renewed = self._closing
        if renewed:
            self.socket.close()
            self.socket, self._closing = _connect(self._port), False
        self.socket.sendall(message)
        return renewed

    def receive(self) -> Answer | None:
        """Read once from the socket: the whole answer, or None while some of it is still on the way."""
        read = self.socket.recv(65536)
        if not read:
            raise ConnectionError("the server closed the connection before it had answered")
        self._received += read
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            if not body.endswith(b"0\r\n\r\n"):
                return None
            body = _without_chunks(body)
        else:
            at = lower.find(b"content-length:")
            if at >= 0 and len(body) < int(lower[at + 15 :].partition(b"\r\n")[0]):
                return None
        self._received = b""
        self._closing = b"connection: close" in lower
        return Answer(int(head[9:12]), head, body)

    def close(self) -> None:
        self.socket.close()


def _connect(port: int) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=30)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def _without_chunks(body: bytes) -> bytes:
    whole = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return whole
        whole, body = whole + body[:length], body[length + 2 :]


def get(path: str, port: int, **headers: str) -> bytes:
    """A GET message."""
    return _message("GET", path, port, headers, b"")


def post(path: str, port: int, body: bytes, **headers: str) -> bytes:
    """A POST of a form."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    return _message("POST", path, port, {**kind, **headers}, body)


def _message(method: str, path: str, port: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = (f"{name}: {value}" for name, value in headers.items())
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: localhost:{port}", *lines, "", ""]).encode() + body
