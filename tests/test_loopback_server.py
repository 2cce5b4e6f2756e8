"""The server that tests use closes each response, also when the browser drops the connection."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

from tests.served import LoopbackServer

PATIENCE = 20.0


class Body:
    """A response that ends once the client has gone."""

    def __init__(self) -> None:
        self.begun, self.client_gone, self.closed = threading.Event(), threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield b"whole"
        self.begun.set()
        assert self.client_gone.wait(PATIENCE)

    def close(self) -> None:
        self.closed.set()


def test_a_response_is_closed_when_the_client_resets_the_connection() -> None:
    body = Body()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Body:
        start_response("200 OK", [("Content-Length", "5")])
        return body

    server = LoopbackServer(application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    client = socket.create_connection(("127.0.0.1", server.server_port))
    # Closing with a linger of zero seconds sends a reset.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert body.begun.wait(PATIENCE)
    client.close()
    body.client_gone.set()
    assert body.closed.wait(PATIENCE)
    server.shutdown()
    thread.join()
    server.server_close()
