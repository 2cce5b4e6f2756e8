"""A small HTTP/1.1 client over kept-alive sockets: light enough not to be what is measured."""

import socket


class Connection:
    """One kept-alive connection. `request` returns (status, headers as bytes, body)."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def request(self, message: bytes) -> tuple[int, bytes, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(message)
        received = self._socket.recv(65536)
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            while not body.endswith(b"0\r\n\r\n"):
                body += self._more()
        else:
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].partition(b"\r\n")[0]) if at >= 0 else 0
            while len(body) < length:
                body += self._more()
        if b"connection: close" in lower:
            self.close()
        return int(head[9:12]), head, body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _more(self) -> bytes:
        assert self._socket is not None
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection")
        return received


def header(head: bytes, name: bytes) -> bytes:
    """The value of a header, empty if there is none."""
    at = head.lower().find(b"\r\n" + name.lower() + b":")
    return head[at + len(name) + 3 :].partition(b"\r\n")[0].strip() if at >= 0 else b""


def get(path: str, port: int, **headers: str) -> bytes:
    """A GET message."""
    return _message("GET", path, port, headers, b"")


def post(path: str, port: int, body: bytes, **headers: str) -> bytes:
    """A POST of a form."""
    return _message(
        "POST", path, port, {"Content-Type": "application/x-www-form-urlencoded", **headers}, body
    )


def _message(method: str, path: str, port: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: localhost:{port}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
