"""The designers: their pages and the draft over REST."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from accounts.tenancy.models import OrganisationRow
from tests.contracts.url_table import Line, World
from tests.contracts.urls_workflow_pages import draft, of_definition, of_draft
from workflows.models import DraftOperation, SavedCondition
from workflows.services.drafts import draft_edit, draft_undo
from workflows.services.saved_conditions import saved_condition_save


def changed(world: World) -> UUID:
    """A draft in which Omar has done something, and undone something else."""
    definition_id = world(draft)
    for name in (world.canary, f"Again {world.canary}"):
        params = {"name": name, "kind": "task"}
        draft_edit(actor=world.acme.omar, definition_id=definition_id, name="step.add", params=params, key=uuid4())
    draft_undo(actor=world.acme.omar, definition_id=definition_id, key=uuid4())
    return definition_id


def of_changed(world: World) -> Mapping[str, Any]:
    return {"definition_id": world(changed)}


def operation(world: World) -> DraftOperation:
    """One of Omar's, with the canary in its label."""
    world(changed)
    found: DraftOperation = DraftOperation.objects.get(number=1)
    return found


def operations(world: World) -> Mapping[str, Any]:
    change = {"place": "form/fields/amount", "after": {"name": "amount", "type": "number", "label": world.canary}}
    return {"operations": [{"id": str(uuid4()), "label": "Add a field", "changes": [change]}]}


def condition(world: World) -> OrganisationRow:
    row: SavedCondition = saved_condition_save(
        actor=world.acme.omar, name=f"In HR {world.canary}", kind="assignee", rule=IN_HR
    )
    return row


def of_condition(world: World) -> Mapping[str, Any]:
    return {"condition_id": world(condition).id}


def machine(world: World) -> UUID:
    """A draft with an automatic step."""
    definition_id = world(changed)
    for name, params in (
        ("step.add", {"name": "Wait", "kind": "auto"}),
        ("node.choose", {"step": "wait", "kind": "delay"}),
    ):
        draft_edit(actor=world.acme.omar, definition_id=definition_id, name=name, params=params, key=uuid4())
    return definition_id


def of_machine(world: World) -> Mapping[str, Any]:
    return {"definition_id": world(machine)}


def with_condition(world: World) -> Mapping[str, Any]:
    """No argument, and something to hide."""
    world(condition)
    return {}


IN_HR = {"field": "candidate.department", "op": "eq", "value": "HR"}
CONDITION = {"name": "In HR", "kind": "assignee", "rule": IN_HR}
CONDITIONS = "api/v1/saved-conditions/"
RULE = "?place=graph/steps/manager_approval/assignee/rule"
WORK = "?place=graph/steps/wait"
DESIGN = "workflows/<uuid:definition_id>/design/"
DRAFT = "api/v1/definitions/<uuid:definition_id>/draft/"
ADD = {"edit": "step.add", "name": "Check", "kind": "task"}
EDIT = {"edit": "step.add", "params": {"name": "Check"}, "id": str(uuid4())}
KEY = {"id": str(uuid4())}
OTHER_FORM = '{"elements": [{"type": "text", "name": "goal"}]}'
IMPORT = {"id": str(uuid4()), "form": {"components": [{"type": "textfield", "key": "goal", "label": "Goal"}]}}
FORM_RULE = {"field": "purpose", "at": "visible_when", "rule.do": "add:"}

CASES = f"{DESIGN}cases/"
OF_CASE = "?case=Told"
PEOPLE = {"people-TOTAL_FORMS": "1", "people-INITIAL_FORMS": "0", "people-0-key": "asha"}
NEW_CASE = {"name": "Another", "at": "2025-09-29T10:30:00+05:30", **PEOPLE}
ACT = {"case_step": "claim", "case_by": "asha", "transition": "Manager approval"}


def told(world: World) -> Mapping[str, Any]:
    """A draft with a case."""
    definition_id = world(changed)
    case = {"name": "Told", "description": world.canary, "people": [{"key": "asha"}]}
    draft_edit(actor=world.acme.omar, definition_id=definition_id, name="case.put", params={"case": case}, key=uuid4())
    return {"definition_id": definition_id}


LINES = [
    Line(f"{CASES}new/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{CASES}new/", "post", holder="omar", ids=of_changed, without="asha", data=NEW_CASE),
    Line(f"{CASES}edit/", "get", holder="omar", ids=told, without="asha", query=OF_CASE),
    Line(f"{CASES}edit/", "post", holder="omar", ids=told, without="asha", query=OF_CASE, data=NEW_CASE),
    Line(f"{CASES}record/", "get", holder="omar", ids=told, without="asha", query=OF_CASE),
    Line(f"{CASES}record/", "post", holder="omar", ids=told, without="asha", query=OF_CASE, data=ACT, ok=(409,)),
    Line(f"{CASES}overlay/", "get", holder="omar", ids=told, without="asha"),
    Line(f"{CASES}gate/", "post", holder="tess", ids=told, without="asha"),
    Line(f"{DESIGN}try/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}try/", "post", holder="omar", ids=of_changed, without="asha", data={"case_do": "begin"}),
    Line(f"{DESIGN}publish/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}publish/", "post", holder="omar", ids=of_draft, without="asha"),
    Line(DESIGN, "get", holder="omar", ids=of_changed, without="asha", query="?tab=outline"),
    Line(f"{DESIGN}start/", "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DESIGN}edit/", "post", holder="omar", ids=of_changed, without="asha", data=ADD),
    Line(f"{DESIGN}undo/", "post", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}redo/", "post", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}form-rule/", "post", holder="omar", ids=of_changed, without="asha", data=FORM_RULE),
    Line(f"{DESIGN}form-frame/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}form-frame/", "post", holder="omar", ids=of_changed, without="asha", query="?step=manager_approval"),
    Line(f"{DESIGN}form-import/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}form-import/", "post", holder="omar", ids=of_changed, without="asha", data={"text": OTHER_FORM}),
    Line(f"{DESIGN}item/", "get", holder="omar", ids=of_changed, without="asha", query="?place=graph/steps/claim"),
    Line(f"{DESIGN}canvas/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}document/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}operations/", "get", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DESIGN}operations/", "post", holder="omar", ids=of_changed, without="asha", data=operations, as_json=True),
    Line(f"{DESIGN}node/", "post", holder="omar", ids=of_machine, without="asha", query=WORK, data={"set.for": "2h"}),
    Line(f"{DESIGN}rule/", "get", holder="omar", ids=of_changed, without="asha", query=RULE),
    Line(f"{DESIGN}rule/", "post", holder="omar", ids=of_changed, without="asha", query=RULE, data={"rule.do": "add:"}),
    Line(CONDITIONS, holder="omar", ids=with_condition, without="asha"),
    Line(CONDITIONS, "post", holder="omar", without="asha", data=CONDITION),
    Line(f"{CONDITIONS}<uuid:condition_id>/", holder="omar", ids=of_condition, without="asha"),
    Line(f"{CONDITIONS}<uuid:condition_id>/", "put", holder="omar", ids=of_condition, without="asha", data=CONDITION),
    Line(f"{CONDITIONS}<uuid:condition_id>/", "delete", holder="omar", ids=of_condition, without="asha"),
    Line(DRAFT, holder="omar", ids=of_changed, without="asha"),
    Line(DRAFT, "post", holder="omar", ids=of_definition, without="asha"),
    Line(f"{DRAFT}operations/", holder="omar", ids=of_changed, without="asha"),
    Line(f"{DRAFT}operations/", "post", holder="omar", ids=of_changed, without="asha", data=operations),
    Line(f"{DRAFT}edits/", "post", holder="omar", ids=of_changed, without="asha", data=EDIT),
    Line(f"{DRAFT}form-import/", "post", holder="omar", ids=of_changed, without="asha", data=IMPORT),
    Line(f"{DRAFT}undo/", "post", holder="omar", ids=of_changed, without="asha", data=KEY),
    Line(f"{DRAFT}redo/", "post", holder="omar", ids=of_changed, without="asha", data=KEY),
]
ADMIN_ROWS = {"workflows.savedcondition": condition, "workflows.draftoperation": operation}
