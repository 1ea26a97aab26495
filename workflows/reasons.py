"""Why: what a rule read when it decided, kept small, and the rule read back with it. Pure.

A rule of a published version never changes, so the values that it read are enough to tell later, condition by condition, why
it answered as it did. Keeping them costs the time to copy them; the sentences are made when somebody asks.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from forms_builder.rules import Environment, Leaf, Rule, TraceNode, explain, fields_of, leaves_of, trace
from forms_builder.rules.explain import explain_node
from workflows.assignment import Assignment, Eligibility, Person, PersonRef, Situation

CANDIDATE: Final = "candidate."
CANDIDATE_ID: Final = "candidate.id"
NOT_TOLD: Final = "a field that you may not read decides here"


class How(StrEnum):
    """How somebody came to hold a task when it was opened."""

    REQUESTER = "requester"
    CHOSEN = "chosen"
    ONLY = "only"
    QUEUE = "queue"
    PREVIOUS = "previous"
    TURN = "turn"
    LEAST_LOADED = "least_loaded"
    BEFORE = "before"
    FALLBACK = "fallback"
    NOBODY = "nobody"


def how_of(assignment: Assignment, *, own: bool, chosen: bool, again: bool) -> How:
    """``own``: the step is the requester's; ``chosen``: the actor named somebody; ``again``: the way leads back."""
    if assignment.is_unassigned:
        return How.NOBODY
    if assignment.note:
        return How.FALLBACK
    if own:
        return How.REQUESTER
    if assignment.queue:
        return How.QUEUE
    if chosen:
        return How.CHOSEN
    return How.PREVIOUS if again else How.ONLY


def read_by(
    eligibility: Eligibility | None, situation: Situation, asked: PersonRef | None, candidate: Person | None
) -> dict[str, Any]:
    """What a step's rule read about the request, and about the person who is asked as far as it is at hand."""
    if eligibility is None:
        return {}
    if candidate is not None:
        return situation.values(eligibility.reads, candidate)
    found = situation.values([one for one in eligibility.reads if not one.startswith(CANDIDATE)])
    if asked is not None and CANDIDATE_ID in eligibility.reads:
        found[CANDIDATE_ID] = str(asked.id)
    return found


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a rule. ``result`` is None where it cannot be told, ``value`` is what was there then."""

    text: str
    result: bool | None
    value: Any = None
    told: bool = True
    """False where the condition is about a field that the asker may not read: then nothing of it is here."""
    field: str = ""


def clauses(
    rule: Rule, facts: Mapping[str, Any], env: Environment, readable: Collection[str], names: Mapping[str, str]
) -> list[Clause]:
    """The conditions of the rule with the values that were kept, for somebody who may read these form fields.

    Conditions whose values were not kept (a candidate's, of a queue) have no result.
    """
    traced = trace(rule, facts, env).leaves
    texts = [explain_node(leaf, names) for leaf in leaves_of(rule)]
    rows = zip(leaves_of(rule), traced, texts, strict=True)
    return [_clause(leaf, node, text, facts, readable) for leaf, node, text in rows]


def _clause(leaf: Leaf, node: TraceNode, text: str, facts: Mapping[str, Any], readable: Collection[str]) -> Clause:
    reads = [spec.id for spec in leaf.fields]
    if not all(may_read(one, readable) for one in reads):
        return Clause(NOT_TOLD, None, told=False)
    known = all(one in facts for one in reads)
    return Clause(text, node.result if known else None, facts.get(leaf.field.id), field=leaf.field.id)


def may_read(field_id: str, readable: Collection[str]) -> bool:
    """Whether a rule's field may be told; people's attributes may, form fields as far as they are readable."""
    name = form_field(field_id)
    return not name or name in readable


def form_field(field_id: str) -> str:
    """The form field that a rule's field id is about, or nothing: `record.requester.name` is a person's."""
    root, _, rest = field_id.partition(".")
    name, _, more = rest.partition(".")
    if root not in ("record", "input") or (name == "requester" and more):
        return ""
    return name


def sentence(rule: Rule, readable: Collection[str], names: Mapping[str, str]) -> str:
    """The rule in plain words, where all that it reads may be told; else only that there is one."""
    if all(may_read(one, readable) for one in fields_of(rule)):
        return explain(rule, names)
    return "a rule that reads fields that you may not read"
