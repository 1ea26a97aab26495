"""What the assignee rules of a graph come to with the people who are there today: for the lint before publishing."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from forms_builder.rule_sql import RuleNotSql
from forms_builder.rules import EMPTY_ENVIRONMENT, EvaluationError, Rule, RuleErrors, parse
from forms_builder.schema.document import FormDocument
from workflows.assignment import Eligibility, Person, Situation
from workflows.graph.contexts import assignee_context
from workflows.graph.document import GraphDocument, Step
from workflows.graph.problems import Problem
from workflows.selectors.people import active_members, candidate_filter, persons

MOST_ASKED: Final = 50
"""Different kinds of requesters that a rule is tried with."""
MOST_READ: Final = 5_000
"""People whose facts are read for it; a larger organisation is judged by these."""
NAMED: Final = 3


def rule_problems(organisation_id: UUID, graph: GraphDocument, form: FormDocument) -> list[Problem]:
    """Rules that name nobody today, or nobody for some who ask where there is no fallback, and rules that name nobody but who
    asks.

    A rule that reads the answers or who decides is left out: what they will be is not known. One query per
    different rule, and one for each kind of requester where it reads something of them.
    """
    context = assignee_context(form)
    people = _Everybody(organisation_id)
    found: list[Problem] = []
    for row, step in enumerate(graph.steps):
        if step.assignee is None or step.assignee.rule == "requester":
            continue
        try:
            rule = parse(step.assignee.rule, context)
        except RuleErrors:
            continue  # told by the lint of the document
        found += _judged(people, step, f"steps.{row}.assignee.rule", rule)
    return found


class _Everybody:
    """The active people of the organisation, read when a rule first asks for somebody's facts."""

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id
        self._facts: Mapping[UUID, Person] | None = None
        self._named: dict[tuple[str, UUID], list[UUID] | None] = {}

    @property
    def facts(self) -> Mapping[UUID, Person]:
        if self._facts is None:
            ids = active_members(self.organisation_id).order_by("name", "id").values_list("id", flat=True)
            self._facts = persons(self.organisation_id, list(ids[:MOST_READ]))
        return self._facts

    def kinds(self, reads: frozenset[str]) -> Iterator[Person]:
        """One requester for each different answer to what the rule reads of them."""
        names = sorted(one.partition(".")[2] for one in reads if one.startswith("requester."))
        seen: set[str] = set()
        for person in self.facts.values():
            key = repr([person.fact(name) for name in names])
            if key not in seen:
                seen.add(key)
                yield person
            if len(seen) >= MOST_ASKED:
                return

    def matching(self, eligibility: Eligibility, requester: Person) -> list[UUID] | None:
        """The first two whom the rule names for a request of this person; None where that cannot be told. Several steps with
        the same rule ask once."""
        key = (repr(eligibility), requester.id)
        if key not in self._named:
            self._named[key] = self._asked(eligibility, requester)
        return self._named[key]

    def _asked(self, eligibility: Eligibility, requester: Person) -> list[UUID] | None:
        situation = Situation(requester, requester, FormDocument(), {}, EMPTY_ENVIRONMENT)
        members = active_members(self.organisation_id)
        try:
            named = members.filter(candidate_filter(self.organisation_id, eligibility, situation))
        except EvaluationError:
            return []
        except RuleNotSql:
            return None
        return list(named.order_by("name", "id").values_list("id", flat=True)[:2])


def _judged(people: _Everybody, step: Step, place: str, rule: Rule) -> Iterator[Problem]:
    eligibility = Eligibility.of(rule)
    roots = {one.partition(".")[0] for one in eligibility.reads}
    if not roots <= {"candidate", "requester"} or not people.facts:
        return
    nobody: list[Person] = []
    alone: list[Person] = []
    tried = 0
    for requester in people.kinds(eligibility.reads):
        named = people.matching(eligibility, requester)
        if named is None:
            return
        tried += 1
        if not named:
            nobody.append(requester)
        elif len(named) == 1 and step.assignee is not None and step.assignee.excludes_requester():
            own = named[0] == requester.id or "requester" not in roots
            alone += [people.facts[named[0]]] if own and named[0] in people.facts else []
    yield from _told(step, place, nobody, alone, tried)


def _told(step: Step, place: str, nobody: list[Person], alone: list[Person], tried: int) -> Iterator[Problem]:
    falls_back = step.assignee is not None and bool(step.assignee.fallback)
    back = "the fallback is asked" if falls_back else "nobody is asked"
    if nobody and len(nobody) == tried:
        message = f"The rule of “{step.name}” names nobody today; {back}."
        yield Problem("rule-names-nobody", place, "warns", message, "Correct the rule, or add the people it means.")
    elif nobody and not falls_back:
        message = f"For requests of {_names(nobody)} the rule of “{step.name}” names nobody; {back}."
        yield Problem("rule-names-nobody", place, "warns", message, "Name a fallback, or correct the rule.")
    if alone:
        whose = f"{_names(alone)} alone"
        message = f"“{step.name}” can be done by {whose}, who may not decide their own requests; then {back}."
        yield Problem("rule-names-requester", place, "warns", message, "Let the rule name somebody besides.")


def _names(people: list[Person]) -> str:
    named: dict[str, Any] = dict.fromkeys(person.name for person in people)
    words = ", ".join(list(named)[:NAMED])
    return words if len(named) <= NAMED else f"{words} and {len(named) - NAMED} more"
