"""How many statements each page takes, authentication included: committed numbers that may only fall."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Acme
from tests.workflows.views.story import action, at_hr, hidden, install, load, send, signed_in, started

# A test runs in a transaction of its own; what a commit undoes by itself is undone there by a statement.
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config('app.organisation', ''")
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


def statements(request: Callable[[], Any], status: int = 200) -> list[str]:
    with CaptureQueriesContext(connection) as caught:
        answer = request()
    assert answer.status_code == status
    return [query["sql"] for query in caught if not query["sql"].startswith(AROUND)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "address", "most"),
    [
        ("ravi", "/", 9),
        ("ravi", "/inbox/", 9),
        ("asha", "/inbox/?tab=mine", 9),
        ("asha", "/inbox/?tab=following", 9),
        ("tess", "/inbox/?tab=unassigned", 9),
        ("ravi", "/badges/", 6),
        ("ravi", "/search/?q=leave", 10),
        ("asha", "/start/leave-application/", 9),
        ("ravi", "/requests/{run}/", 15),
        ("asha", "/requests/{run}/", 13),
        ("hema", "/requests/{queued}/", 15),
        ("omar", "/workflows/{definition}/", 11),
        ("omar", "/workflows/{definition}/?tab=preferences", 12),
        ("tess", "/workflows/{definition}/runs/?since=2025-09-01&until=2025-10-31", 14),
        ("tess", "/workflows/{definition}/bottlenecks/?since=2025-09-01&until=2025-10-31", 8),
        ("tess", "/workflows/{definition}/bottlenecks/overlay/?since=2025-09-01&until=2025-10-31", 5),
        ("omar", "/workflows/{definition}/preferences/", 16),
    ],
)
def test_a_page_asks_no_more_and_writes_nothing(who: str, address: str, most: int, acme: Acme) -> None:
    definition = install(acme)
    run_id, queued = started(acme, definition), started(acme, definition)
    at_hr(acme, queued)
    client = signed_in(getattr(acme, who))
    path = address.format(run=run_id, queued=queued, definition=definition.id)
    load(client, path)
    sent = statements(lambda: load(client, path))
    assert [sql for sql in sent if sql.startswith(WRITES)] == []
    assert len(sent) <= most, "\n".join(sent)


@pytest.mark.django_db
def test_deciding_takes(acme: Acme) -> None:
    definition = install(acme)
    ravi = signed_in(acme.ravi)
    for _ in range(2):
        page = load(ravi, f"/requests/{started(acme, definition)}/")
        data = hidden(page) | {"transition": "HR review", "assignee": str(acme.hema.id), "criticality": "low"}
        sent = statements(partial(send, ravi, action(page), **data), 302)
    assert len(sent) <= 6, "\n".join(sent)
