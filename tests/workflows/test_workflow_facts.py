"""What a request says of its workflow is as it is now, although processes keep it."""

from typing import Any

import pytest

from accounts.models import DirectoryStamp
from tests.cast import Acme
from tests.factories.workflows import open_task, start_leave
from workflows.models import WorkflowDefinition, WorkflowGroup
from workflows.selectors.locks import lock_task


def stamp() -> int:
    found: int = DirectoryStamp.objects.get().stamp
    return found


@pytest.mark.parametrize("changed", ["name", "owner_id", "group_id"])
def test_a_change_of_the_workflow_is_seen_by_the_next_decision(
    leave: WorkflowDefinition, acme: Acme, changed: str
) -> None:
    task = open_task(start_leave(leave, acme.asha).run_id)

    def seen() -> tuple[str, Any, Any]:
        locked = lock_task(acme.organisation.id, task.id, acme.ravi.id)
        assert locked is not None
        return locked.run.definition_name, locked.run.owner_id, locked.run.group_id

    group = WorkflowGroup.objects.create(organisation=acme.organisation, name="Elsewhere")
    values = {"name": "Renamed", "owner_id": acme.hema.id, "group_id": group.id}
    before = dict(zip(values, seen(), strict=True))
    WorkflowDefinition.objects.filter(id=leave.id).update(**{changed: values[changed]})
    assert dict(zip(values, seen(), strict=True)) == {**before, changed: values[changed]}


def test_another_change_of_the_workflow_forgets_nothing(leave: WorkflowDefinition, acme: Acme) -> None:
    before = stamp()
    WorkflowDefinition.objects.filter(id=leave.id).update(description="Said better", is_active=False)
    assert stamp() == before
