"""How a request goes on where nobody decides: by the way whose condition holds, with whom the next step's rule names."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workflows.engine import moves
from workflows.engine.moves import Decision
from workflows.engine.plan import Plan
from workflows.engine.state import Answers, By, Clock
from workflows.graph.compiled import CompiledTransition
from workflows.models import Task
from workflows.selectors.calendars import calendars_at
from workflows.selectors.desk import Desk, allowed_ways, judged_by
from workflows.selectors.locks import LockedTask, open_at
from workflows.selectors.people import tenant_admin_ids
from workflows.services.at_task import desk_of_nobody
from workflows.services.deciding import (
    Standing,
    Submission,
    TransitionInvalid,
    Wish,
    movement_of,
    openings_for,
)
from workflows.services.drawing import drawn

NOTHING_SAID = Wish(Submission(), None, None, "", chooses=False)


def onward(
    locked: LockedTask,
    answers: Answers,
    on_failure: str,
    *,
    by: By,
    at: datetime,
    failed: bool = False,
    closing: Callable[..., Any] = Task.succeed,
    wanted: str = "",
    comment: str = "",
    shown: str = "",
) -> Plan:
    """The plan by which the request leaves a step where nobody is there to choose who is next; nothing is written yet.

    ``failed`` takes the way whose key is ``on_failure``; otherwise it is the one called ``wanted``, or the first of the
    others whose condition holds, one without a condition last. ``closing`` is what becomes of the task. Raises Invalid
    where no way leads on.
    """
    run, task = locked.run, locked.task
    desk = desk_of_nobody(run, task, at).with_data({**run.data, **answers.values})
    way = failure_way(desk, on_failure) if failed else success_way(desk, answers, on_failure, wanted)
    moved = movement_of(desk, way, run.tokens, answers.values)
    standing = Standing(run.tokens, locked.people, run.labels, run.id, run.definition_id)
    openings = drawn(desk, run.definition_id, openings_for(desk, way, moved, NOTHING_SAID, standing))
    unassigned = any(one.is_unassigned for one in openings)
    admins = tenant_admin_ids(run.organisation_id) if unassigned else ()
    judged = {} if desk.step.is_machine else judged_by(desk, answers.values)
    decision = Decision(way, moved, openings, answers, comment, admins, shown=shown, judged=judged)
    if moved.cancelled:
        decision = decision._replace(cancelled=open_at(run.organisation_id, run.id, moved.cancelled))
    clock = Clock(at, calendars_at(run.organisation_id, locked.stamp))
    closing = Task.give_up if failed else closing
    return moves.move(run, task, decision, desk.definition, clock, by, closing=closing)


def failure_way(desk: Desk, on_failure: str) -> CompiledTransition:
    """The way for failures, whatever its condition."""
    return next(way for way in desk.definition.graph.transitions_from(desk.step.key) if way.key == on_failure)


def success_way(desk: Desk, answers: Answers, on_failure: str, wanted: str = "") -> CompiledTransition:
    """The way called ``wanted``, or the first whose condition holds, one without a condition last. Raises TransitionInvalid."""
    allowed = allowed_ways(desk, answers.values)
    fitting = [way for way in allowed if (way.name == wanted if wanted else way.key != on_failure)]
    if not fitting:
        text = "No way leads on from this step with these values."
        raise TransitionInvalid({"transition": [text]}, allowed=[way.name for way in allowed])
    return min(fitting, key=lambda way: way.condition is None)
