"""What an address asks of the catalogue, and a list of it as CSV, sent while it is read."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from flows.catalogue.selectors.browse import Shelf, Wanted
from flows.catalogue.selectors.exporting import COLUMNS, batches
from flows.views.export import Echo, safe
from workflows.views.base import words

FACETS: Final = ("status", "department", "external", "type", "transport", "frequency", "criticality")


def wanted_of(request: HttpRequest) -> Wanted:
    """The list, the words, the values of facets and the page of an address; what cannot be read is left out."""
    tab = request.GET.get("tab", "")
    shelf = Shelf(tab) if tab in set(Shelf) else Shelf.APPLICATIONS
    chosen = {name: values for name in FACETS if (values := request.GET.getlist(name))}
    return Wanted(shelf, words(request), chosen, request.GET.get("cursor", ""))


def export_response(actor: Membership, wanted: Wanted) -> StreamingHttpResponse:
    """All rows of the list. Each batch is read in a scope of its own: no transaction stays open while a client is slow."""
    name = f"{wanted.shelf.value}-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        _lines(actor, wanted),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"},
    )


def _lines(actor: Membership, wanted: Wanted) -> Iterator[str]:
    writer = csv.writer(Echo())
    columns = COLUMNS[wanted.shelf]
    # The mark that tells spreadsheets the encoding.
    yield "\ufeff" + str(writer.writerow(columns))
    found = batches(actor.organisation_id, wanted)
    while True:
        with organisation_scope(actor.organisation_id):
            batch = next(found, None)
        if batch is None:
            return
        yield "".join(str(writer.writerow(_cells(row, columns))) for row in batch)


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    return [safe(row[column]) for column in columns]
