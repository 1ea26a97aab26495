"""Requests that an automatic step of another request has started: one per stay at the step, and its end wakes the step."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy.errors import Invalid
from workflows.models import FINAL_RUN, MachineStep, WorkflowRun
from workflows.nodes.base import Chained, NodeFailure
from workflows.selectors.definitions import DefinitionNotFound, access_start
from workflows.services.runs import About, run_start
from workflows.services.waking import wake
from workflows.subjects import Finished, authors_of

SUBJECT: Final = "workflows.chained"
DEEPEST: Final = 5
"""Requests that may have started each other in a row."""


@transaction.atomic
def run_chained(organisation_id: UUID, run_id: UUID, step: str, workflow: str, data: Mapping[str, Any]) -> Chained:
    """The request of the step's present stay, started if there is none yet; asked for again it is the same one.

    The requester of the first request asks. Raises NodeFailure where that cannot be. Needs the scope.
    """
    rows = MachineStep.objects.select_for_update(of=("self",)).filter(
        organisation_id=organisation_id, run_id=run_id, step=step
    )
    task_id = rows.order_by("-opened_at").values_list("task_id", flat=True)[0]
    children = WorkflowRun.objects.filter(organisation_id=organisation_id, subject_kind=SUBJECT, subject_id=task_id)
    child = children.first() or children.get(id=_started(organisation_id, run_id, task_id, workflow, data))
    over = child.status in FINAL_RUN
    return Chained(child.id, child.number, str(child.status), child.outcome, child.data, over)


def _started(organisation_id: UUID, run_id: UUID, task_id: UUID, workflow: str, data: Mapping[str, Any]) -> UUID:
    parent = WorkflowRun.objects.get(organisation_id=organisation_id, id=run_id)
    depth = int(parent.context.get("chained", 0)) + 1
    if depth > DEEPEST:
        raise NodeFailure(f"More than {DEEPEST} requests have started each other in a row.", again=False)
    members = Membership.objects.select_related("user", "organisation")
    requester = members.get(organisation_id=organisation_id, id=parent.requester_id)
    try:
        definition = access_start(requester, workflow)
        about = About(SUBJECT, task_id, f"{definition.name}: {requester.name}", {}, {"chained": depth})
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
