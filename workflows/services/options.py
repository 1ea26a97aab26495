"""What somebody may do at a step before they do it: the ways on, and whom each may ask. The services ask all of it again."""

from dataclasses import dataclass

from accounts.models import Membership
from forms_builder.rules import fields_of
from forms_builder.sources import OrganisationSources
from workflows.assignment import PersonRef, Situation
from workflows.graph.compiled import CompiledTransition
from workflows.graph.document import AssigneeMode
from workflows.selectors.people import persons
from workflows.selectors.runs import RunView, TaskRow
from workflows.services.deciding import Desk, allowed_ways, eligible_people, fall_back


@dataclass(frozen=True, slots=True)
class Way:
    """One way on. Without ``assignee_required`` nobody has to be named: there is one person, a team queue, or nobody."""

    transition: CompiledTransition
    assignees: tuple[PersonRef, ...] = ()
    queue: bool = False
    note: str = ""

    @property
    def assignee_required(self) -> bool:
        return len(self.assignees) > 1 and not self.queue and not self.transition.is_return


def desk_at(view: RunView, task: TaskRow, sources: OrganisationSources) -> Desk:
    """The step with everything around it that rules may ask. One query."""
    actor, run = view.viewer, view.run
    people = persons(actor.organisation_id, {actor.id, run.requester_id})
    situation = Situation(
        people[run.requester_id], people[actor.id], view.definition.form, run.data, sources.environment
    )
    step = view.definition.graph.step(task.step)
    return Desk(view.definition, step, situation, run.definition.owner_id, actor.organisation_id)


def ways_on(desk: Desk) -> list[Way]:
    """The ways that may be chosen, in the order of the graph. One query for each that asks somebody by a rule."""
    return [_way(desk, transition) for transition in possible_ways(desk)]


def possible_ways(desk: Desk) -> list[CompiledTransition]:
    """Ways that may be chosen as things stand, and those whose condition this step's own answers decide."""
    allowed = {way.key for way in allowed_ways(desk, {})}
    writable = desk.definition.form.plan(desk.step.key).writable_names
    ways = desk.definition.graph.transitions_from(desk.step.key)
    return [way for way in ways if way.key in allowed or _answers_read(way) & writable]


def colleagues_for(desk: Desk, holder: PersonRef | None) -> tuple[PersonRef, ...]:
    """To whom the task may be handed within its step. One query."""
    return tuple(one for one in eligible_people(desk, desk.step) if holder is None or one.id != holder.id)


def may_decide(view: RunView, task: TaskRow, actor: Membership) -> bool:
    """Whether the task waits for the person; requesters do not decide where the step separates."""
    assignee = view.definition.graph.step(task.step).assignee
    own = view.is_requester and assignee is not None and assignee.excludes_requester()
    return task.is_held_by(actor.id) and not own


def _answers_read(way: CompiledTransition) -> set[str]:
    if way.condition is None:
        return set()
    parts = (field_id.split(".") for field_id in fields_of(way.condition))
    return {part[1] for part in parts if part[0] in ("record", "input") and len(part) > 1}


def _way(desk: Desk, way: CompiledTransition) -> Way:
    target = way.target
    if target.is_end:
        return Way(way)
    if target.asks_requester:
        return Way(way, (desk.situation.requester.ref,))
    people = tuple(eligible_people(desk, target))
    if not people:
        instead = fall_back(desk, target)
        return Way(way, (instead.person,) if instead.person else (), note=instead.note)
    is_queue = target.assignee is not None and target.assignee.mode is AssigneeMode.ANY and len(people) > 1
    return Way(way, people, is_queue)
