"""What an address asks of the catalogue, and a list of it as CSV, sent while it is read."""

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, StreamingHttpResponse

from accounts.models import Membership
from accounts.tenancy.scope import organisation_scope
from accounts.views.sheets import MARK, csv_response, lines
from flows.catalogue.selectors.browse import Shelf, Wanted
from flows.catalogue.selectors.exporting import COLUMNS, batches
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
    return csv_response(wanted.shelf.value, _lines(actor, wanted))


def _lines(actor: Membership, wanted: Wanted) -> Iterator[str]:
    columns = COLUMNS[wanted.shelf]
    yield MARK
    yield from lines([columns])
    found = batches(actor.organisation_id, wanted)
    while True:
        with organisation_scope(actor.organisation_id):
            batch = next(found, None)
        if batch is None:
            return
        yield "".join(lines([row[column] for column in columns] for row in batch))
