"""Plan and send without Celery: a loop beside the worker, or instead of it where there is no broker."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from notifications import outbox
from notifications.services import sending

TICK = 0.5
"""Seconds between two looks at an empty queue."""


class Command(BaseCommand):
    help = "Plans notices and sends mails until stopped; with --once until nothing is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")
        parser.add_argument("--no-mail", action="store_true", help="plan only")
        parser.add_argument("--batch", type=int, default=outbox.BATCH, help="events planned together")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("A batch has at least one event.")
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                planned = outbox.relay(limit=options["batch"], seconds=TICK * 10)
                sent = 0 if options["no_mail"] else sending.send_due(seconds=TICK * 10)
            except (OperationalError, InterfaceError) as error:
                if options["once"]:
                    raise
                self.stderr.write(f"The database does not answer: {error}")
                close_old_connections()
                planned = sent = 0
            if options["once"] and not planned and not sent:
                return
            if not planned and not sent:
                stop.wait(TICK)
