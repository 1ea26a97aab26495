"""``manage.py audit_verify``: recompute the chain of the audit."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.seal import verify
from accounts.models import Organisation
from accounts.tenancy.scope import organisation_scope


class Command(BaseCommand):
    help = (
        "Recompute the hash chain of the audit and name the first row that does not hold. Exit code 1 if one does not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="one organisation; by default all")

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = Organisation.objects.order_by("slug")
        if slug := options["organisation"]:
            organisations = organisations.filter(slug=slug)
            if not organisations.exists():
                raise CommandError(f"There is no organisation {slug}.")
        broken = 0
        for organisation in organisations:
            with organisation_scope(organisation.id):
                holds, flaw = verify(organisation.id)
            if flaw is None:
                self.stdout.write(f"{organisation.slug}: {holds} links hold")
            else:
                broken += 1
                place = f"link {flaw.seq}, entry {flaw.entry_id}"
                self.stdout.write(self.style.ERROR(f"{organisation.slug}: {holds} links hold; {place}: {flaw.problem}"))
        if broken:
            raise CommandError(f"The audit of {broken} organisation(s) was tampered with.", returncode=1)
