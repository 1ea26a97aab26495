"""Requests that an automatic step of another request has started: one per stay at the step, and its end wakes the step."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from workflows.models import FINAL_RUN, MachineStep, RunStatus, WorkflowRun
from workflows.nodes.base import Chained, NodeFailure
from workflows.own_context import ASKED, DEPTH
from workflows.selectors.definitions import DefinitionNotFound, access_start
from workflows.services.runs import About, run_start
from workflows.services.waking import wake
from workflows.subjects import Finished, authors_of

SUBJECT: Final = "workflows.chained"
DEEPEST: Final = 5
"""Requests that may have started each other in a row."""


@transaction.atomic
def run_chained(organisation_id: UUID, task_id: UUID, key: UUID, workflow: str, data: Mapping[str, Any]) -> Chained:
    """The request of this stay at the step, started if there is none yet; asked for again it is the same one.

    One that has ended without a decision is followed by another one under another ``key``: somebody has had the step tried
    again since it was told. The requester of the first request asks. Raises NodeFailure where that cannot be. Needs the scope.
    """
    steps = MachineStep.objects.select_for_update(of=("self",)).select_related("run")
    parent = steps.get(organisation_id=organisation_id, task_id=task_id).run
    children = WorkflowRun.objects.filter(organisation_id=organisation_id, subject_kind=SUBJECT, subject_id=task_id)
    child = children.order_by("-number").first()
    if child is None or (_ended_undecided(child) and child.context.get(ASKED) != str(key)):
        child = children.get(id=_started(parent, task_id, key, workflow, data))
    over = child.status in FINAL_RUN
    return Chained(child.id, child.number, str(child.status), child.outcome, child.data, over)


def _ended_undecided(child: WorkflowRun) -> bool:
    return child.status in FINAL_RUN and child.status != RunStatus.COMPLETED


def _started(parent: WorkflowRun, task_id: UUID, key: UUID, workflow: str, data: Mapping[str, Any]) -> UUID:
    organisation_id = parent.organisation_id
    depth = int(parent.context.get(DEPTH, 0)) + 1
    if depth > DEEPEST:
        raise NodeFailure(f"More than {DEEPEST} requests have started each other in a row.", again=False)
    members = Membership.objects.select_related("user", "organisation")
    requester = members.get(organisation_id=organisation_id, id=parent.requester_id)
    try:
        definition = access_start(requester, workflow)
        context = {DEPTH: depth, ASKED: str(key)}
        about = About(SUBJECT, task_id, f"{definition.name}: {requester.name}", {}, context)
        return run_start(definition_id=definition.id, actor=requester, data=data, about=about, chooses=False).run_id
    except DefinitionNotFound as error:
        raise NodeFailure(f"The requester cannot start a workflow called {workflow}.", again=False) from error
    except Invalid as error:
        wrong = "; ".join(f"{place}: {' '.join(texts)}" for place, texts in error.fields.items())
        raise NodeFailure(f"{definition.name} cannot be started: {wrong or error.message}", again=False) from error


def on_finish(fact: Finished) -> None:
    """The end of a chained request wakes the step that waits for it."""
    wake(MachineStep.objects.filter(organisation_id=fact.organisation_id, task_id=fact.subject_id), fact.at)


def authors(organisation_id: UUID, task_id: UUID) -> frozenset[UUID]:
    """Whose work the request that waits is about: who may not decide there decides no part of it here."""
    rows = MachineStep.objects.filter(organisation_id=organisation_id, task_id=task_id)
    about = rows.values_list("run__subject_kind", "run__subject_id").first()
    return authors_of(organisation_id, about) if about else frozenset()


def address(organisation_id: UUID, task_id: UUID) -> str:
    """The page of the request that waits, empty when it is gone."""
    rows = MachineStep.objects.filter(organisation_id=organisation_id, task_id=task_id)
    run_id = rows.values_list("run_id", flat=True).first()
    return reverse("request", args=[run_id]) if run_id else ""
