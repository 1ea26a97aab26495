"""``manage.py flows_backfill``: give each logical flow without a physical one a definition, once."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from accounts.models import Organisation
from accounts.tenancy.scope import organisation_scope
from flows.loading.services import BATCH, backfill_advance, backfill_start
from flows.models import Backfill, BackfillState

WORDS = {
    "wanted": "without a physical flow",
    "has_one": "have one already",
    "read_only": "read-only, skipped",
    "pending": "not approved yet, skipped",
    "removed": "removed, skipped",
}


class Command(BaseCommand):
    help = (
        "Give every approved logical flow without a physical flow a physical flow definition with unknown attributes. "
        "A run that was interrupted goes on where it was; a second run makes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", required=True)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--dry-run", action="store_true", help="only count, and show some")
        what.add_argument("--apply", action="store_true", help="do it")
        parser.add_argument(
            "--batch", type=int, default=BATCH, help=f"logical flows per transaction, {BATCH} by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['organisation']}.")
        if not 1 <= options["batch"] <= 50_000:
            raise CommandError("A batch has 1 to 50,000 logical flows.")
        with organisation_scope(organisation.id):
            run = backfill_start(organisation_id=organisation.id, dry_run=options["dry_run"])
        if run.done:
            self.stdout.write(f"Going on after {run.done:,} of {run.total:,}.")
        done = self._shown(run, options["batch"])
        self._say(done)

    def _shown(self, run: Backfill, size: int) -> Backfill:
        """Carry the run on to its end, with a bar on a terminal and a line per batch elsewhere."""
        last = run
        with tqdm(total=run.total, initial=run.done, unit=" flows", unit_scale=True, disable=None) as bar:
            for row in self._batches(run, size):
                bar.total = row.total
                bar.update(row.done - last.done)
                if bar.disable and not row.dry_run:
                    self.stdout.write(f"{row.done:,} of {row.total:,}: {row.report.get('wanted', 0):,} made")
                last = row
        return last

    def _batches(self, run: Backfill, size: int) -> Iterator[Backfill]:
        while True:
            with organisation_scope(run.organisation_id):
                row = backfill_advance(organisation_id=run.organisation_id, backfill_id=run.id, size=size)
            if row is None:
                return
            yield row
            if row.state != BackfillState.RUNNING:
                return

    def _say(self, row: Backfill) -> None:
        for fate, words in WORDS.items():
            number = row.report.get(fate, 0)
            said = "given a physical flow" if fate == "wanted" and not row.dry_run else words
            self.stdout.write(f"{number:>10,} {said}")
        for one in row.report.get("sample", ()):
            self.stdout.write(f"{'':>10} {one['source']} to {one['target']}")
        if row.failure:
            raise CommandError(row.failure)
        if row.dry_run:
            self.stdout.write("Nothing was changed. --apply does it.")
