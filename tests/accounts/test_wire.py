"""Statements that travel together: what is said when, and what an error leaves behind."""

import threading
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.models import new_id
from accounts.tenancy.postgresql.base import StaleRow
from accounts.tenancy.postgresql.wire import Wire
from accounts.tenancy.scope import organisation_scope
from accounts.tenancy.statements import execute_ahead, execute_last, execute_prepared
from tests.cast import make_acme


class Undone(Exception):
    """Ends a transaction."""


pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def here() -> UUID:
    return make_acme().organisation.id


def department(batch: WriteBatch, here: UUID, name: str) -> UUID:
    made = new_id()
    row = {"id": made, "organisation_id": here, "name": name, "code": name.upper()}
    batch.insert(Department, [{**row, "created_at": timezone.now(), "modified_at": timezone.now()}])
    return made


def names(here: UUID) -> set[str]:
    with organisation_scope(here):
        return set(Department.objects.filter(organisation_id=here).values_list("name", flat=True))


def test_a_transaction_in_which_nothing_is_said_says_nothing(here: UUID) -> None:
    with CaptureQueriesContext(connection) as said, organisation_scope(here):
        pass
    assert [one["sql"] for one in said if one["sql"] not in ("BEGIN", "COMMIT")] == []


def test_the_last_words_travel_with_commit(here: UUID) -> None:
    with organisation_scope(here):
        batch = WriteBatch()
        department(batch, here, "Legal")
        batch.execute_last()
    assert "Legal" in names(here)


def test_what_waits_is_said_before_anything_else(here: UUID) -> None:
    with organisation_scope(here):
        batch = WriteBatch()
        made = department(batch, here, "Legal")
        batch.execute_last()
        assert Department.objects.filter(organisation_id=here, id=made).exists()


def test_what_waits_is_forgotten_when_the_transaction_is_undone(here: UUID) -> None:
    with suppress(Undone), organisation_scope(here):
        batch = WriteBatch()
        department(batch, here, "Legal")
        batch.execute_last()
        raise Undone
    assert "Legal" not in names(here)


def test_what_waits_belongs_to_its_savepoint(here: UUID) -> None:
    with organisation_scope(here):
        batch = WriteBatch()
        department(batch, here, "Legal")
        batch.execute_last()
        with suppress(Undone), transaction.atomic():
            department(batch, here, "Sales")
            batch.execute_last()
            raise Undone
    assert names(here) & {"Legal", "Sales"} == {"Legal"}


def test_a_stale_row_undoes_the_transaction_though_commit_was_sent(here: UUID) -> None:
    with organisation_scope(here):
        row = Department.objects.filter(organisation_id=here)[0]

    def write() -> None:
        with organisation_scope(here):
            batch = WriteBatch()
            department(batch, here, "Legal")
            batch.update(Department, row.id, {"name": "Changed"}, expect={"name": "What it never was"})
            batch.execute_last()

    with pytest.raises(StaleRow):
        write()
    assert not names(here) & {"Legal", "Changed"}


def test_what_was_sent_ahead_is_there_for_what_comes_after(here: UUID) -> None:
    with organisation_scope(here):
        batch = WriteBatch()
        for name in ("Legal", "Sales"):
            made = department(batch, here, name)
            batch.execute_ahead()
        assert execute_prepared("SELECT 1 FROM accounts_department WHERE id = %s", [made]) == [(1,)]
        department(batch, here, "Audit")
        batch.execute_ahead()
        assert Department.objects.filter(organisation_id=here, name="Audit").exists()
        department(batch, here, "Press")
        batch.execute_ahead()
    assert {"Legal", "Sales", "Audit", "Press"} <= names(here)


REFUSED = "SELECT %s::int / 0"


def test_a_refusal_of_what_was_sent_ahead_comes_with_the_next(here: UUID) -> None:
    def write(then: Callable[[], object]) -> None:
        with organisation_scope(here):
            batch = WriteBatch()
            department(batch, here, "Legal")
            batch.execute_ahead()
            execute_ahead(REFUSED, [1])
            then()

    for then in (lambda: None, lambda: execute_ahead("SELECT 2", []), lambda: names(here)):
        with pytest.raises(DataError):
            write(then)
        assert "Legal" not in names(here)


def test_a_refusal_that_nobody_has_heard_goes_with_the_transaction(here: UUID) -> None:
    with suppress(Undone), organisation_scope(here):
        execute_ahead(REFUSED, [1])
        raise Undone
    assert "HR" in names(here)


def test_a_refusal_belongs_to_its_savepoint(here: UUID) -> None:
    with organisation_scope(here):
        batch = WriteBatch()
        department(batch, here, "Legal")
        batch.execute_ahead()
        with suppress(DataError), transaction.atomic():
            department(batch, here, "Sales")
            batch.execute_ahead()
            execute_ahead(REFUSED, [1])
    assert names(here) & {"Legal", "Sales"} == {"Legal"}


@pytest.mark.parametrize(
    ("say", "error"),
    [
        (lambda: execute_prepared("SELECT %s::int / 0", [1]), DataError),
        (lambda: execute_prepared("SELECT nonsense", []), Exception),
        (lambda: execute_prepared("SELECT %s::text", ["a\0b"]), (DataError, ValueError)),
        (lambda: execute_prepared("SELECT %s::int", ["many"]), DataError),
    ],
)
def test_an_error_is_raised_and_the_connection_is_fit_for_the_next(
    here: UUID, say: Callable[[], object], error: type[Exception]
) -> None:
    with pytest.raises(error), organisation_scope(here):
        say()
    with organisation_scope(here):
        assert execute_prepared("SELECT %s::int + 1", [1]) == [(2,)]


def test_values_come_back_as_they_went(here: UUID) -> None:
    ident, long = uuid4(), "ü" * 3_000_000
    with organisation_scope(here):
        rows = execute_prepared(
            "SELECT %s::uuid, %s::text, %s::bigint, %s::bool, %s::uuid[], '100%%'", [ident, long, -5, True, [ident]]
        )
    assert rows == [(ident, long, -5, True, [ident], "100%")]


def end(pid: int) -> None:
    """End a server process from another connection of the same role."""

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_lost_server_is_an_outage_and_the_next_request_connects_anew(here: UUID) -> None:
    def lose() -> None:
        with organisation_scope(here):
            ((pid,),) = execute_prepared("SELECT pg_backend_pid()", [])
            end(pid)
            execute_prepared("SELECT 2", [])

    with pytest.raises((OperationalError, InterfaceError)):
        lose()
    connection.close()
    assert names(here)


def test_an_interrupted_exchange_closes_the_connection(here: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> object:
        raise KeyboardInterrupt

    def ask() -> None:
        with organisation_scope(here):
            execute_last("SELECT 1", [])
            monkeypatch.setattr(Wire, "_await", interrupted)
            execute_prepared("SELECT 2", [])

    with pytest.raises(KeyboardInterrupt):
        ask()
    monkeypatch.undo()
    connection.close()
    assert names(here)
