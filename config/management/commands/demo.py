"""``manage.py demo``: two organisations to look around in, or as many as a benchmark needs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.load import is_loaded, load


class Command(BaseCommand):
    help = "Load the demo: Acme and Globex with their people, workflows and requests. What is there stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do nothing when the demo is loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's logins have a known password. Set COUNTERSIGN_DEMO=true if you mean it.")
        if options["once"] and is_loaded():
            return
        for one in load():
            state = "loaded" if one.is_new else "is there"
            self.stdout.write(f"{one.slug} {state}: {one.people} people, {one.requests} requests")
