"""Who is asked next. Pure: people are facts, the answer is an assignment or a refusal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from accounts.absence import Away, OwnAbsence, StandIn
from forms_builder.rules import (
    All,
    Compiled,
    Environment,
    EvaluationError,
    Leaf,
    Node,
    Op,
    Rule,
    Saved,
    compile_rule,
    fields_of,
)
from forms_builder.rules.ast import FieldOperand
from forms_builder.schema.conditions import rule_values
from forms_builder.schema.document import FormDocument
from workflows.approval import Panel
from workflows.graph.compiled import CompiledStep
from workflows.graph.document import AssigneeMode, Fallback
from workflows.separation import Duties, barred

QUEUE_LIMIT: Final = 1_000
"""People who may be offered, or share a team queue; a rule that matches more means everybody."""

FALLBACK_NAMES: Final[Mapping[Fallback, str]] = {
    Fallback.MANAGER: "the manager",
    Fallback.MANAGER_OF_MANAGER: "the manager's manager",
    Fallback.DEPARTMENT_HEAD: "the department head",
    Fallback.WORKFLOW_OWNER: "the workflow owner",
}


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as pickers and messages show one."""

    id: UUID
    name: str
    email: str = ""
    away: Away | None = field(default=None, compare=False)
    """How the person is out, where people are listed to be chosen from."""


@dataclass(frozen=True, slots=True)
class Person:
    """What rules may ask about a person, see ``workflows.graph.contexts.PERSON``."""

    id: UUID
    name: str
    email: str = ""
    manager_id: UUID | None = None
    department: str | None = None
    department_head_id: UUID | None = None
    designation: str | None = None
    level: int | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    roles: tuple[str, ...] = ()
    is_active: bool = True
    absences: tuple[OwnAbsence, ...] = ()
    stands_in: tuple[StandIn, ...] = ()
    """For whom the person decides while they are away; asked with the moment and the subjects of the work."""

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Person":
        """From the JSON object that ``selectors.people.PERSON`` makes."""
        return cls(
            id=UUID(row["id"]),
            name=row["name"],
            email=row["email"],
            manager_id=UUID(row["manager_id"]) if row["manager_id"] else None,
            department=row["department"],
            department_head_id=UUID(row["head_id"]) if row["head_id"] else None,
            designation=row["designation"],
            level=row["level"],
            city=row["city"],
            state=row["state"],
            country=row["country"],
            roles=tuple(row["roles"]),
            is_active=row["is_active"],
            absences=tuple(OwnAbsence.of_row(each) for each in row["absences"]),
            stands_in=tuple(StandIn.of_row(each) for each in row["stands_in"]),
        )

    @property
    def ref(self) -> PersonRef:
        return PersonRef(self.id, self.name, self.email)

    def fact(self, name: str) -> Any:
        """One attribute as rules read it: ids as text, texts, a list of role names."""
        if name == "id":
            return str(self.id)
        if name == "manager":
            return str(self.manager_id) if self.manager_id else None
        if name == "roles":
            return list(self.roles)
        return getattr(self, name)

    def facts(self) -> dict[str, Any]:
        """All attributes as rules read them."""
        names = ("id", "name", "email", "manager", "department", "designation", "level", "city", "state", "country")
        return {name: self.fact(name) for name in (*names, "roles")}


@dataclass(frozen=True, slots=True)
class Situation:
    """Around which people and values a rule is asked."""

    requester: Person
    actor: Person
    form: FormDocument
    data: Mapping[str, Any]
    environment: Environment

    def values(self, wanted: Iterable[str], candidate: Person | None = None) -> dict[str, Any]:
        """Only what the rule reads, by field id."""
        found: dict[str, Any] = {}
        people = {"requester": self.requester, "actor": self.actor, "candidate": candidate}
        record: dict[str, Any] | None = None
        for field_id in wanted:
            root, _, name = field_id.partition(".")
            if root in people:
                person = people[root]
                found[field_id] = person.fact(name) if person else None
            else:
                record = rule_values(self.form.fields, self.data, "record") if record is None else record
                found[field_id] = record.get(field_id)
        return found


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A step's assignee rule, ready to be asked for one person."""

    rule: Rule
    reads: frozenset[str]
    holds: Compiled
    pinned: str = ""
    """The field that the candidate's id must equal, where the rule can name nobody but that one person."""

    @classmethod
    def of(cls, rule: Rule) -> "Eligibility":
        return cls(rule, frozenset(fields_of(rule)), compile_rule(rule), _pinned(rule.root))

    def admits(self, candidate: Person, situation: Situation) -> bool:
        """Whether the rule names the person; a rule without an answer names nobody."""
        try:
            return self.holds(situation.values(self.reads, candidate), situation.environment)
        except EvaluationError:
            return False


def _pinned(node: Node) -> str:
    """Of "the candidate is the requester's manager" the manager's field, also as one of several demands."""
    if isinstance(node, All):
        return next((found for child in node.children if (found := _pinned(child))), "")
    if isinstance(node, Saved):
        return _pinned(node.child)
    if not isinstance(node, Leaf) or node.field.id != "candidate.id" or node.op not in (Op.EQ, Op.IS_SAME_AS_FIELD):
        return ""
    operand = node.operand
    if isinstance(operand, FieldOperand) and not operand.field.id.startswith("candidate."):
        return operand.field.id
    return ""


class Assignment(NamedTuple):
    """Who holds a new task: one person, or the people of a team queue, or (neither) nobody.

    ``note`` tells why it is not simply whom the rule names; empty as a rule.
    """

    person: PersonRef | None = None
    queue: tuple[PersonRef, ...] = ()
    note: str = ""
    why: Mapping[str, Any] = {}
    """How it came to this and what the rule read, as the history keeps it; see ``workflows.reasons``."""
    panel: Panel | None = None
    """The members of an approval step, who are its queue; where they are too few there is no queue."""

    @property
    def asked_ids(self) -> tuple[UUID, ...]:
        """Who of the queue is asked now: all, but where a panel is asked in turn."""
        asked = self.panel.asked if self.panel is not None and self.queue else self.queue
        return tuple(one.id for one in asked)

    @property
    def all_ids(self) -> tuple[UUID, ...]:
        """The person, or everybody of the queue."""
        return (self.person.id,) if self.person is not None else tuple(one.id for one in self.queue)

    @property
    def is_unassigned(self) -> bool:
        return self.person is None and not self.queue


@dataclass(frozen=True, slots=True)
class ChoiceNeeded:
    """Several people may be asked and one must be named."""

    candidates: tuple[PersonRef, ...]


def may_hold(step: CompiledStep, person: Person, duties: Duties) -> bool:
    """What holds whatever the rule says: active, and not kept apart from the step."""
    return person.is_active and person.id not in barred(step, duties)


def excludes_requester(step: CompiledStep) -> bool:
    """Whether the requester may never decide at this step."""
    return step.bars_requester


def resolve(step: CompiledStep, candidates: Sequence[PersonRef]) -> Assignment | ChoiceNeeded:
    """Nobody was named: the only candidate, the team queue (of which some steps draw one), or a choice still to be made.

    ``candidates`` is not empty; without any, ask ``first_fallback``.
    """
    if len(candidates) == 1:
        return Assignment(person=candidates[0])
    if step.assignee is not None and step.assignee.mode not in (AssigneeMode.ONE, AssigneeMode.PREVIOUS_HOLDER):
        return Assignment(queue=tuple(candidates))
    return ChoiceNeeded(tuple(candidates))


def first_fallback(
    chain: Sequence[Fallback],
    targets: Mapping[Fallback, Person],
    never: Iterable[UUID],
    reachable: Callable[[Person], bool],
) -> tuple[Fallback, Person] | None:
    """The first of the chain who is there, active, and none of ``never`` (the requester, the actor, the holder).

    Who is away and has nobody to stand in comes after those who can be reached, and before nobody.
    """
    refused = set(never)
    there = [(one, person) for one in chain if (person := targets.get(one)) is not None]
    able = [(one, person) for one, person in there if person.is_active and person.id not in refused]
    return next((one for one in able if reachable(one[1])), able[0] if able else None)


def targets_among(people: Mapping[UUID, Person], base: Person, owner_id: UUID) -> dict[Fallback, Person]:
    """Whom the fallbacks mean for ``base`` where ``people`` are all there are."""
    manager = people.get(base.manager_id) if base.manager_id else None
    wanted = {
        Fallback.MANAGER: manager,
        Fallback.MANAGER_OF_MANAGER: people.get(manager.manager_id) if manager and manager.manager_id else None,
        Fallback.DEPARTMENT_HEAD: people.get(base.department_head_id) if base.department_head_id else None,
        Fallback.WORKFLOW_OWNER: people.get(owner_id),
    }
    return {fallback: one for fallback, one in wanted.items() if one is not None}


def why_nobody(step: CompiledStep, requester: Person) -> str:
    """The reason for a fallback in the words of the timeline."""
    reads = fields_of(step.assignee_rule) if step.assignee_rule is not None else ()
    if "requester.manager" not in reads:
        return "nobody fits the rule of this step"
    return "the manager is not available" if requester.manager_id else "no manager"


def fallback_note(why: str, fallback: Fallback, person: PersonRef) -> str:
    """ "no manager: fell back to the workflow owner, Omar" """
    return f"{why}: fell back to {FALLBACK_NAMES[fallback]}, {person.name}"


def nobody_note(why: str) -> str:
    return f"{why}, and nobody to fall back to"
