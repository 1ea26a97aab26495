"""The doors for pages and REST: from an id in a request to a run or a task, or to nothing.

Besides those who may see a request in ``selectors.runs``, somebody who may take over its open task gets in: the right
alone is not enough, the step's rule must name them too, or the grant must be for this very workflow.
"""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership
from accounts.tenancy.errors import NotFound
from forms_builder.sources import OrganisationSources
from workflows.assignment import Situation, may_hold
from workflows.selectors.duties import duties_of
from workflows.selectors.people import persons
from workflows.selectors.runs import (
    RunNotFound,
    RunView,
    TaskRow,
    access_run,
    access_run_of_task,
    any_run,
    any_run_of_task,
)
from workflows.selectors.takeover import has_grant, may_take_over


class TaskNotFound(NotFound):
    code = "task.not_found"


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task and its request as one person sees them."""

    view: RunView
    task: TaskRow


def open_run(actor: Membership, run_id: UUID) -> RunView:
    """The door to a request. Raises RunNotFound."""
    try:
        return access_run(actor, run_id)
    except RunNotFound:
        view = any_run(actor, run_id)
        if not any(_could_take_over(view, task) for task in view.open_tasks):
            raise
        return view


def open_task(actor: Membership, task_id: UUID) -> TaskView:
    """The door to a task, open or done. Raises TaskNotFound alike for missing, foreign and invisible ones."""
    try:
        view = access_run_of_task(actor, task_id)
    except RunNotFound:
        try:
            view = any_run_of_task(actor, task_id)
        except RunNotFound:
            raise TaskNotFound from None
        if not _could_take_over(view, view.task(task_id)):
            raise TaskNotFound from None
    return TaskView(view, view.task(task_id))


def _could_take_over(view: RunView, task: TaskRow) -> bool:
    actor, run = view.viewer, view.run
    if not task.is_open or not may_take_over(actor, run.definition_id):
        return False
    return has_grant(actor, run.definition_id) or rule_names(view, task)


def rule_names(view: RunView, task: TaskRow) -> bool:
    """Whether the rule of the task's step names the person."""
    actor, run, definition = view.viewer, view.run, view.definition
    step = definition.graph.step(task.step)
    rule = definition.eligible(step)
    people = persons(actor.organisation_id, {actor.id, run.requester_id})
    me, requester = people.get(actor.id), people.get(run.requester_id)
    if rule is None or me is None or requester is None or not may_hold(step, me, duties_of(view)):
        return False
    environment = OrganisationSources(actor, run_id=run.id).environment
    return rule.admits(me, Situation(requester, me, definition.form, run.data, environment))
