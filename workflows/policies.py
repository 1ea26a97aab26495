"""Rights over workflows, requests and tasks. What a stranger may not know of is a matter of the doors in ``selectors``."""

from typing import ClassVar

from django.db.models import Q

from accounts.models import Membership
from accounts.policies import Policy, carries, has_code
from accounts.policies.people import AdministrationPolicy, DirectoryPolicy
from forms_builder.policies import EDIT, PUBLISH, VIEW_ALL
from workflows.models import (
    FINAL_RUN,
    OPEN_TASK,
    TAKE_OVER,
    ConfiguredTask,
    MachineStep,
    SavedCondition,
    Secret,
    Task,
    WorkflowDefinition,
    WorkflowRun,
)

TAKE_OVER_CODE = "task.take_over"
REASSIGN_ANY = "task.reassign_any"
VIEW_ALL_RUNS = "run.view_all"
RESOLVE = "machine_step.resolve"

__all__ = ["EDIT", "PUBLISH", "REASSIGN_ANY", "RESOLVE", "TAKE_OVER_CODE", "VIEW_ALL", "VIEW_ALL_RUNS"]

NOBODY = Q(pk__in=())
ADMINS = Q(is_tenant_admin=True)


class GroupPolicy(DirectoryPolicy):
    """The tabs of the landing page belong to the organisation's directory."""

    noun = "group"


class HoldReasonPolicy(DirectoryPolicy):
    """For which reasons the clock may stand still belongs to the organisation's directory too."""

    noun = "hold_reason"


class TrackingPolicy(AdministrationPolicy):
    """The states of entities and which may follow which: for tenant admins."""

    noun = "tracking"


class SettingsPolicy(AdministrationPolicy):
    """What an organisation chooses about its requests: for tenant admins."""

    noun = "request_settings"


class DefinitionPolicy(Policy[WorkflowDefinition]):
    """Designers draw, publishers publish; an owner may edit what they own. Tenant admins may all."""

    noun = "definition"
    actions = ("create", "browse", "edit", "publish", "retire", "delete", "export")
    codes: ClassVar[dict[str, str]] = {
        EDIT: "Draw and change workflows and forms",
        PUBLISH: "Publish workflows and forms",
        VIEW_ALL: "See the definition of every workflow and form",
    }

    def holders(self, action: str, obj: WorkflowDefinition | None) -> Q:
        owner = Q(id=obj.owner_id) if obj is not None else NOBODY
        return {
            "create": has_code(EDIT),
            "browse": has_code(EDIT) | has_code(PUBLISH) | has_code(VIEW_ALL),
            "edit": has_code(EDIT) | owner,
            "publish": has_code(PUBLISH),
            "retire": has_code(PUBLISH),
            "delete": has_code(PUBLISH),
            "export": has_code(EDIT) | has_code(VIEW_ALL) | owner,
        }[action]


class RunPolicy(Policy[WorkflowRun]):
    """For people who may see the request already."""

    noun = "run"
    actions = ("comment", "withdraw", "watch", "add_stakeholder")
    codes: ClassVar[dict[str, str]] = {VIEW_ALL_RUNS: "See every request of the organisation"}

    def holders(self, action: str, obj: WorkflowRun | None) -> Q:
        if obj is None:
            return NOBODY
        if action == "withdraw":
            return Q(id=obj.requester_id) if obj.status not in FINAL_RUN else NOBODY
        if action == "add_stakeholder":
            return Q(id=obj.requester_id) | Q(participations__run=obj, participations__kind="stakeholder")
        if action in ("comment", "watch"):
            return Q()
        raise KeyError(action)


class TaskPolicy(Policy[Task]):
    """Who may decide a task, hand it over, or take it from somebody who is away."""

    noun = "task"
    actions = ("complete", "reassign", "take_over", "claim", "assign", "hold", "ask", "resume")
    codes: ClassVar[dict[str, str]] = {
        TAKE_OVER_CODE: "Take over a colleague's task",
        REASSIGN_ANY: "Hand over any task within its step",
    }

    def holders(self, action: str, obj: Task | None) -> Q:
        if obj is None or obj.state not in OPEN_TASK:
            return NOBODY
        queued = Q(candidacies__task=obj, candidacies__is_open=True) if obj.assignee_id is None else NOBODY
        holder = Q(id=obj.assignee_id) if obj.assignee_id else queued
        return {
            "complete": holder,
            "hold": holder,
            "ask": holder,
            "resume": holder,
            "reassign": holder | has_code(REASSIGN_ANY),
            "take_over": has_code(TAKE_OVER_CODE) | granted(obj),
            "claim": queued,
            "assign": Q(is_tenant_admin=True),
        }[action]


class MachinePolicy(Policy[MachineStep]):
    """Who looks after automatic steps: sees why they failed, and retries, skips or edits them."""

    noun = "machine_step"
    actions = ("view", "resolve")
    codes: ClassVar[dict[str, str]] = {RESOLVE: "See and mend failed automatic steps"}

    def holders(self, action: str, obj: MachineStep | None) -> Q:
        return {"view": has_code(RESOLVE), "resolve": has_code(RESOLVE)}[action]


class SecretPolicy(Policy[Secret]):
    """What automatic steps send and nobody reads: for tenant admins."""

    noun = "secret"
    actions = ("view", "save", "delete")
    codes: ClassVar[dict[str, str]] = {}

    def holders(self, action: str, obj: Secret | None) -> Q:
        return {"view": ADMINS, "save": ADMINS, "delete": ADMINS}[action]


class ConfiguredTaskPolicy(Policy[ConfiguredTask]):
    """The organisation's library of automatic steps belongs to its designers."""

    noun = "configured_task"
    actions = ("view", "save")
    codes: ClassVar[dict[str, str]] = {}

    def holders(self, action: str, obj: ConfiguredTask | None) -> Q:
        return {"view": has_code(EDIT), "save": has_code(EDIT)}[action]


class SavedConditionPolicy(Policy[SavedCondition]):
    """The conditions that an organisation keeps under a name belong to its designers."""

    noun = "saved_condition"
    actions = ("view", "save")
    codes: ClassVar[dict[str, str]] = {}

    def holders(self, action: str, obj: SavedCondition | None) -> Q:
        return {"view": has_code(EDIT), "save": has_code(EDIT)}[action]


def granted(task: Task) -> Q:
    """People whom a tenant admin gave the right to take over tasks of this workflow."""
    return Q(
        user__objectgrant__organisation_id=task.organisation_id,
        user__objectgrant__object_pk=str(task.definition_id),
        user__objectgrant__permission__codename=TAKE_OVER,
        user__objectgrant__permission__content_type__app_label="workflows",
    )


def sees_all_runs(actor: Membership) -> bool:
    """Whether no request of the organisation is hidden from the person."""
    return carries(actor, VIEW_ALL_RUNS)


groups = GroupPolicy()
hold_reasons = HoldReasonPolicy()
tracking = TrackingPolicy()
settings = SettingsPolicy()
definitions = DefinitionPolicy()
runs = RunPolicy()
tasks = TaskPolicy()
machines = MachinePolicy()
secrets = SecretPolicy()
configured_tasks = ConfiguredTaskPolicy()
saved_conditions = SavedConditionPolicy()
