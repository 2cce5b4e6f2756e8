"""Receivers in a process of their own: services and a mail server that accept all, and services that are dead in five ways."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

LIVE, SILENT, DRIPPING, FAULTY, NO_TLS, MAIL = range(6)
"""Each has a port of its own; the fifth dead service is a port where nobody listens."""


@dataclass
class Receivers:
    """Ports, and what has arrived. `last_mail`: the monotonic time of the last."""

    ports: list[int]
    notices: Any
    mails: Any
    last_mail: Any

    def dead(self) -> list[str]:
        """Addresses of the dead services: refused, silent, dripping, 500, no TLS."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        plain = [f"http://127.0.0.1:{port}" for port in (closed, *self.ports[SILENT:NO_TLS])]
        return [*plain, f"https://127.0.0.1:{self.ports[NO_TLS]}"]

    @property
    def live(self) -> str:
        return f"http://127.0.0.1:{self.ports[LIVE]}"


@contextmanager
def receivers() -> Iterator[Receivers]:
    """The process, until the block ends."""
    context = multiprocessing.get_context("spawn")
    counts = [context.Value("i", 0), context.Value("i", 0), context.Value("d", 0.0)]
    end, other_end = context.Pipe()
    process = context.Process(target=_serve, args=(other_end, *counts), daemon=True)
    process.start()
    try:
        yield Receivers(end.recv(), *counts)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Any, notices: Any, mails: Any, last_mail: Any) -> None:
    asyncio.run(_main(pipe, notices, mails, last_mail))


async def _main(pipe: Any, notices: Any, mails: Any, last_mail: Any) -> None:
    async def services(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: bytes) -> None:
        while head := await _head(reader):
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line[:15] == b"Content-Length:")
            await reader.readexactly(length)
            notices.value += status == b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()

    async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 ")
        while not writer.is_closing():
            writer.write(b"O")
            await asyncio.sleep(0.2)

    async def no_tls(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is no handshake\r\n")
        writer.close()

    async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            if line[:4].upper() == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                mails.value += 1
                last_mail.value = time.monotonic()
            writer.write(b"250 OK\r\n")
            if line[:4].upper() == b"QUIT":
                break
        writer.close()

    handlers: list[Any] = [
        lambda reader, writer: services(reader, writer, b"200 OK"),
        silent,
        dripping,
        lambda reader, writer: services(reader, writer, b"500 Fault"),
        no_tls,
        mail,
    ]
    servers = [await asyncio.start_server(_quiet(handler), "127.0.0.1", 0) for handler in handlers]
    pipe.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.Event().wait()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _quiet(handler: Any) -> Any:
    """A peer that hangs up is no fault of the measurement."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    return serve
