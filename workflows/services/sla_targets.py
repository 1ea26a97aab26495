"""To whom overdue tasks go, with the people of a whole batch read at once."""

from datetime import datetime
from uuid import UUID

from workflows.assignment import Person, fallback_note, first_fallback
from workflows.engine.definition import RunningDefinition
from workflows.engine.state import RunState, TaskState
from workflows.graph.document import Escalation, Fallback
from workflows.selectors.definitions import definition_of
from workflows.selectors.duties import authors_at, decided_in
from workflows.selectors.people import persons_at
from workflows.separation import Duties, barred
from workflows.sla import SlaSetting
from workflows.substitution import delegates_of, is_reachable


def kept_away(run: RunState, task: TaskState, at: datetime) -> frozenset[UUID]:
    """Who gets the task from nobody but a person: the requester, and whom separation of duties keeps away from its step.
    A query only where the step names others, or the request is about somebody's work."""
    step = definition_of(run.organisation_id, run.version_id).graph.step(task.step)
    decided = decided_in(run.organisation_id, run.id, step.not_same_as) if step.not_same_as else {}
    delegates = delegates_of(run.requester, at, run.subjects)
    authors = authors_at(run.organisation_id, run.about, at, run.subjects)
    return barred(step, Duties(run.requester.id, decided, delegates, authors)) | {run.requester.id}


class Targets:
    """Who stands above the holders of these tasks."""

    def __init__(
        self, organisation_id: UUID, stamp: int | None, due: list[tuple[RunState, TaskState]], at: datetime
    ) -> None:
        self.organisation_id = organisation_id
        self.at = at
        self.stamp = stamp
        holders = {task.assignee.id for _, task in due if task.assignee}
        self.known: dict[UUID, Person] = {}
        self._read(holders | {run.owner_id for run, _ in due})
        self._read({one for holder in holders for one in self._above(holder)})
        self._read({one for holder in holders for above in self._above(holder) for one in self._above(above)})

    def of(self, run: RunState, task: TaskState) -> tuple[Person, str] | None:
        """The person and a note where it is not the assignee's manager; None where the task stays."""
        limit = self._limit(run, task)
        if task.decided_together:
            return None
        chain = list(dict.fromkeys((Fallback.MANAGER, *(limit.fallback if limit else ()))))
        holder = task.assignee.id if task.assignee else None
        never = kept_away(run, task, self.at) | ({holder} if holder else set())
        there = self._by_fallback(holder, run.owner_id)
        found = first_fallback(chain, there, never, lambda one: is_reachable(one, self.at, run.subjects))
        if found is None:
            return None
        fallback, person = found
        if fallback is Fallback.MANAGER:
            return person, ""
        why = "the manager is not available" if Fallback.MANAGER in there else "no manager"
        return person, fallback_note(why, fallback, person.ref)

    def why_none(self, run: RunState, task: TaskState) -> str:
        limit = self._limit(run, task)
        if limit is None or (limit.escalate is Escalation.NONE and not limit.rungs):
            return ""
        return "a panel decides it together" if task.decided_together else "nobody to hand it to"

    def _limit(self, run: RunState, task: TaskState) -> SlaSetting | None:
        definition: RunningDefinition = definition_of(self.organisation_id, run.version_id)
        timing = definition.limits.get(task.step)
        return timing.limit if timing is not None else None

    def _by_fallback(self, holder: UUID | None, owner_id: UUID) -> dict[Fallback, Person]:
        person = self.known.get(holder) if holder else None
        manager = self.known.get(person.manager_id) if person and person.manager_id else None
        wanted = {
            Fallback.MANAGER: manager,
            Fallback.MANAGER_OF_MANAGER: self.known.get(manager.manager_id) if manager and manager.manager_id else None,
            Fallback.DEPARTMENT_HEAD: (
                self.known.get(person.department_head_id) if person and person.department_head_id else None
            ),
            Fallback.WORKFLOW_OWNER: self.known.get(owner_id),
        }
        return {fallback: one for fallback, one in wanted.items() if one is not None}

    def _above(self, member_id: UUID) -> list[UUID]:
        person = self.known.get(member_id)
        return [one for one in (person.manager_id, person.department_head_id) if one] if person else []

    def _read(self, ids: set[UUID]) -> None:
        self.known |= persons_at(self.organisation_id, self.stamp, ids - self.known.keys())
