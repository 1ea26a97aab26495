"""``manage.py demo``: two organisations to look around in, or as many as a benchmark needs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from config.demo.load import is_loaded, load, renew_passwords
from config.demo.scale import SCALES, analyse, fill


class Command(BaseCommand):
    help = "Load the demo: Acme and Globex with their people, workflows and requests. What is there stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="only see to the password when the demo is loaded")
        parser.add_argument(
            "--scale", choices=sorted(SCALES), help="organisations by the number instead; goes on where it was stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's logins have a known password. Set COUNTERSIGN_DEMO=true if you mean it.")
        if options["scale"]:
            self._fill(options["scale"])
            return
        if options["once"] and is_loaded():
            if renew_passwords():
                self.stdout.write("The demo's people have the new COUNTERSIGN_DEMO_PASSWORD")
            return
        for one in load():
            state = "loaded" if one.is_new else "is there"
            self.stdout.write(f"{one.slug} {state}: {one.people} people, {one.requests} requests")

    def _fill(self, name: str) -> None:
        scale = SCALES[name]
        total = scale.organisations * scale.requests
        with tqdm(total=total, unit=" requests", unit_scale=True, disable=None) as bar:
            filled = fill(scale, password=settings.DEMO_PASSWORD, tick=bar.update)
        if not analyse():
            self.stdout.write(
                "Without DATABASE_OWNER_URL the server has not analysed the tables; run ANALYZE as their owner."
            )
        first, last = filled[0].slug, filled[-1].slug
        self.stdout.write(f"{first} to {last}: p1@{first}.example (tenant admin) to p{scale.people}@{last}.example")
