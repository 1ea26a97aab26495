"""Two people who want the same address for their workflows at once: one has it, the other is told, or gets the next one."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from tests.cast import make_acme
from tests.concurrency.racing import at_once
from tests.factories.workflows import install
from workflows.models import WorkflowDefinition
from workflows.services.definitions import (
    DefinitionInvalid,
    definition_clone,
    definition_delete,
    definition_export,
    definition_import,
    definition_restore,
    locked,
)
from workflows.services.preferences import Wish, definition_change
from workflows.services.runs import run_start

pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("committed_db")]
ROUNDS = 20
NEW = 5
ASKED = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family"}


def test_one_of_two_gets_the_address() -> None:
    acme = make_acme()
    with acme.scope():
        both = [install("leave_application", acme.omar), install("claim_expense", acme.omar)]
    for number in range(ROUNDS):
        wish = Wish(slug=f"wanted-{number}")
        change = partial(definition_change, actor=acme.omar, wish=wish)
        found = at_once(acme, *(partial(change, definition_id=one.id) for one in both))
        [refused] = [one for one in found if not isinstance(one, WorkflowDefinition)]
        assert isinstance(refused, DefinitionInvalid)
        assert set(refused.fields) == {"slug"}


def test_workflows_that_are_made_at_once_get_addresses_of_their_own() -> None:
    acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
        document = definition_export(definition_id=leave.id, actor=acme.omar)
        gone = install("leave_application", acme.omar)
        definition_delete(definition_id=gone.id, actor=acme.omar)
    works: list[Callable[[], Any]] = [
        partial(definition_import, actor=acme.omar, document=document),
        partial(definition_import, actor=acme.omar, document=document),
        partial(definition_clone, definition_id=leave.id, actor=acme.omar, name="Leave Application"),
        partial(definition_restore, definition_id=gone.id, actor=acme.omar),
        partial(definition_change, definition_id=leave.id, actor=acme.omar, wish=Wish(slug="leave-application-3")),
    ]
    for _ in range(NEW):
        made = at_once(acme, *works)
        assert not [one for one in made[:-1] if isinstance(one, Exception)]
        assert isinstance(made[-1], DefinitionInvalid | WorkflowDefinition)
    with acme.scope():
        slugs = list(WorkflowDefinition.objects.filter(deleted_at=None).values_list("slug", flat=True))
    assert len(slugs) == len(set(slugs)) == 2 + 3 * NEW


def test_who_changes_a_workflow_does_not_hold_up_those_who_start_it() -> None:
    """A draft that is saved or published may take seconds; a request that refers to the workflow does not wait for it."""
    acme = make_acme()
    with acme.scope():
        leave = install("leave_application", acme.omar)
    is_held, is_started = Event(), Event()

    def change() -> bool:
        definition_change(definition_id=leave.id, actor=acme.omar, wish=Wish(description="Anew"))
        locked(acme.omar, leave.id)
        is_held.set()
        return is_started.wait(30)

    def start() -> None:
        assert is_held.wait(30)
        run_start(definition_id=leave.id, actor=acme.asha, data=ASKED)
        transaction.on_commit(is_started.set)

    assert at_once(acme, change, start)[0], "The start has waited for the change."
