"""Who holds open tasks on a new version of their workflow: for many requests with a handful of reads."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from accounts.models import Membership
from forms_builder.sources import OrganisationSources
from workflows.assignment import QUEUE_LIMIT, Assignment, Eligibility, Person, PersonRef, Situation, may_hold
from workflows.engine.definition import RunningDefinition
from workflows.engine.state import RunState, TaskState
from workflows.graph.compiled import CompiledStep
from workflows.selectors.desk import Desk, duties_at, eligible_people, fall_back, is_eligible
from workflows.selectors.duties import decided_among
from workflows.selectors.locks import RunAndTasks
from workflows.selectors.people import everybody, persons


class NewHolders:
    """Asks the rules of the new version about the present holders.

    Their facts are read at once. Where somebody may not stay, everybody's are, once, and the rules are asked in memory: once
    for all requests about which a rule reads the same.
    """

    def __init__(self, actor: Membership, new: RunningDefinition, found: Sequence[RunAndTasks], at: datetime) -> None:
        self.organisation_id = actor.organisation_id
        self.new = new
        self.at = at
        self.run_ids = [run.id for run, _ in found]
        self.known = persons(
            self.organisation_id, {task.assignee.id for _, tasks in found for task in tasks if task.assignee}
        )
        self.environment = OrganisationSources(actor, at=at).environment
        self._named: dict[tuple[str, str], list[Person]] = {}

    def of(self, run: RunState, task: TaskState, target: CompiledStep) -> Assignment | None:
        """Who holds the task at ``target``; None where the present holder stays."""
        rule = self.new.eligible(target)
        if task.decided_together:
            return None  # its members stay
        if rule is None or any(name.startswith("actor.") for name in rule.reads):
            return None  # the requester's own step, or a rule about who decided before: the holder stays
        desk = self._desk(run, target)
        if task.assignee is not None and is_eligible(desk, target, self.known[task.assignee.id]):
            return None
        desk = desk._replace(cast=self.everybody)
        named = self._eligible(desk, target, rule)
        if task.in_queue and {one.id for one in named} == set(task.queue_ids):
            return None
        if not named:
            return fall_back(desk, target)
        return Assignment(person=named[0]) if len(named) == 1 else Assignment(queue=tuple(named))

    def _desk(self, run: RunState, target: CompiledStep) -> Desk:
        return Desk(
            self.new,
            target,
            Situation(run.requester, run.requester, self.new.form, run.data, self.environment),
            run.owner_id,
            run.organisation_id,
            self.at,
            self.known,
            run.subjects,
            run_id=run.id,
            about=run.about,
            decided=self.decided.get(run.id, {}),
        )

    def _eligible(self, desk: Desk, target: CompiledStep, rule: Eligibility) -> list[PersonRef]:
        """As ``eligible_people``, with the rule asked once for all requests about which it reads the same."""
        if rule.pinned:
            return eligible_people(desk, target)
        read = desk.situation.values(sorted(name for name in rule.reads if not name.startswith("candidate.")))
        same = (target.key, json.dumps(read, sort_keys=True, default=str))
        if same not in self._named:
            self._named[same] = [one for one in self.everybody.values() if rule.admits(one, desk.situation)]
        duties = duties_at(desk, target)
        return [one.ref for one in self._named[same] if may_hold(target, one, duties)][:QUEUE_LIMIT]

    @cached_property
    def everybody(self) -> dict[UUID, Person]:
        """All active people, by name. One query."""
        return everybody(self.organisation_id)

    @cached_property
    def decided(self) -> dict[UUID, dict[str, frozenset[UUID]]]:
        """Who decided what in each request, as far as some step of the new version asks. One query, none as a rule."""
        wanted = {key for step in self.new.graph.steps.values() for key in step.not_same_as}
        return decided_among(self.organisation_id, self.run_ids, wanted) if wanted else {}
