"""Somebody at the pages of imports: brings a file, lets the workers at it, presses the buttons."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from flows.models import CatalogueImport
from flows.tasks import import_run_task
from tests.accounts.clients import signed_in

ROOT = "/flows/imports/"
ENTITIES = "external_id,name,kind,lifecycle_status,is_external,department\n"


@dataclass(frozen=True)
class Desk:
    member: Membership
    client: Client

    @classmethod
    def of(cls, member: Membership) -> "Desk":
        return cls(member, signed_in(member))

    def post(self, content: str | bytes, kind: str = "entities", name: str = "apps.csv", **more: Any) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        data = {"kind": kind, "file": SimpleUploadedFile(name, raw), "idempotency_key": uuid4().hex, **more}
        return self.client.post(f"{ROOT}new/", data)

    def bring(
        self, content: str | bytes, kind: str = "entities", name: str = "apps.csv", **more: Any
    ) -> CatalogueImport:
        """Bring a file and have it checked; returns what came of it."""
        answer = self.post(content, kind, name, **more)
        assert answer.status_code == 302, answer.content.decode()
        return self.work(UUID(answer.headers["Location"].rstrip("/").rpartition("/")[2]))

    def work(self, import_id: UUID) -> CatalogueImport:
        """What a worker does."""
        import_run_task(organisation_id=str(self.member.organisation_id), import_id=str(import_id))
        return self.now(import_id)

    def now(self, import_id: UUID) -> CatalogueImport:
        with organisation_scope(self.member.organisation_id):
            row: CatalogueImport = CatalogueImport.objects.get(id=import_id)
            return row

    def press(self, row: CatalogueImport, button: str, **data: Any) -> Any:
        return self.client.post(f"{ROOT}{row.id}/{button}/", data)

    def apply(self, row: CatalogueImport, **data: Any) -> CatalogueImport:
        """Press Apply, and let the worker do it."""
        assert self.press(row, "apply", **data).status_code == 302
        return self.work(row.id)

    def fetch(self, address: str) -> bytes:
        """A file that is sent while it is read."""
        answer: Any = self.client.get(address)
        return b"".join(answer.streaming_content)

    def page(self, row: CatalogueImport) -> str:
        """The words of the page of an import."""
        answer = self.client.get(f"{ROOT}{row.id}/")
        assert answer.status_code == 200
        return words(answer.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet")
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def problems(row: CatalogueImport) -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["message"]) for one in row.errors]
