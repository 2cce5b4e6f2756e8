"""A relying party that takes logout notices, on connections that it keeps open."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from idp.database.engine import transaction
from idp.messages.storage import outbox
from idp.network.urls import origin_of
from tests.actors.world import World
from tests.operations.installation import free_port

NEVER = threading.Event()
"""The sign to stop, for deliveries that go on to their end."""


class NoticeReceiver:
    """A server on loopback. `taken`: bodies it has accepted; `asked`: their number, and that of all others."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.status, self.body, self.headers = 200, b"", {}
        self.taken: list[str] = []
        self.asked = self.connections = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._server: ThreadingHTTPServer | None = None
        self._open: set[Any] = set()

    def open(self) -> "NoticeReceiver":
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                receiver.connections += 1
                receiver._open.add(self.connection)

            def do_POST(self) -> None:
                receiver.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.may_answer.wait()
                if receiver.status in (200, 204):
                    receiver.taken.append(body)
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def drop(self) -> None:
        """Close every connection."""
        import contextlib
        import socket

        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.may_answer.set()
        if self._server is not None:
            self.drop()
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def notices(world: World, receiver: NoticeReceiver, number: int, at: int | None = None) -> str:
    """Post notices to a relying party; its destination."""
    uri = f"{receiver.address}/bye"
    client = world.relying_party(backchannel_logout_uri=uri).client_id
    with transaction() as tx:
        for sid in range(number):
            payload = {"client_id": client, "sid": f"{sid:032}", "subject": "somebody"}
            outbox.post(tx, "logout_notice", payload, world.clock() if at is None else at, origin_of(uri))
    return origin_of(uri)
