"""The demo's mail server: takes every mail and keeps it as a file, which the page /dev/mail/ shows."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import uuid
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 500
"""Mails kept; the oldest go first."""
LARGEST = 30_000_000


class Store:
    """aiosmtpd's handler: one file per mail, named so that names sort by time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content or b""
        if isinstance(content, str):
            content = content.encode("utf-8", errors="surrogateescape")
        # Who really gets it: the headers need not say (blind copies).
        head = "".join(f"X-Envelope-To: {_one_line(recipient)}\r\n" for recipient in envelope.rcpt_tos)
        self._write(head.encode("utf-8", errors="replace") + content)
        return "250 kept for the demo"

    def _write(self, content: bytes) -> None:
        name = f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
        part = self.directory / f"{name}.part"
        part.write_bytes(content)
        part.rename(self.directory / f"{name}.eml")
        for old in sorted(self.directory.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)


def _one_line(address: str) -> str:
    return address.replace("\r", " ").replace("\n", " ")


def serve(port: int, directory: Path) -> None:
    """Receive on this machine's loopback address until asked to stop."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(_serve(port, directory))


async def _serve(port: int, directory: Path) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    store = Store(directory)
    server = await loop.create_server(
        lambda: SMTP(store, enable_SMTPUTF8=True, data_size_limit=LARGEST, hostname="localhost", loop=loop),
        host="127.0.0.1",
        port=port,
    )
    print(f"process {os.getpid()} receives mails on port {port}", flush=True)
    await stop.wait()
    server.close()
