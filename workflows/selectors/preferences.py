"""What is said about a workflow outside of its versions, for whoever may change it: values, choices, and whom they reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from accounts.models import Department, Designation, Membership, Place
from workflows import policies
from workflows.graph.document import GraphDocument, SlaRule, StakeholderKind
from workflows.models import VersionState, WorkflowDefinition, WorkflowGroup, WorkflowVisibility
from workflows.selectors.definitions import access_definition, newest_versions
from workflows.selectors.people import active_members

MOST: Final = 1_000
"""People to choose an owner from; further ones are chosen over REST."""
TOLD: Final = {
    StakeholderKind.MANAGER: "The requester's manager",
    StakeholderKind.DEPARTMENT_HEAD: "The head of the requester's department",
    StakeholderKind.WORKFLOW_OWNER: "The owner of the workflow",
}
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class PreferenceView:
    """A workflow and its rules, in their order."""

    definition: WorkflowDefinition
    rules: tuple[WorkflowVisibility, ...]

    @property
    def sentences(self) -> list[str]:
        return sentences_of(self.rules)


@dataclass(frozen=True, slots=True)
class PreferenceChoices:
    """What may be chosen, as ids and names."""

    groups: Choices
    owners: Choices
    departments: Choices
    designations: Choices
    places: Choices


def access_preferences(actor: Membership, definition_id: UUID) -> PreferenceView:
    """The door for those who may change them. Raises DefinitionNotFound, Denied (``definition.edit.denied``). Two statements."""
    definition = access_definition(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    return PreferenceView(definition, tuple(rules_of(definition)))


def rules_of(definition: WorkflowDefinition) -> list[WorkflowVisibility]:
    """Who may start it, admitting rules first. One statement."""
    rows = WorkflowVisibility.objects.filter(
        organisation_id=definition.organisation_id, definition_id=definition.id
    ).select_related("department", "designation", "place")
    order = ("excludes", "department__name", "designation__name", "level_from", "place__city", "id")
    return list(rows.order_by(*order))


def preference_choices(definition: WorkflowDefinition) -> PreferenceChoices:
    """Five statements, however many there are."""
    here = definition.organisation_id
    people = active_members(here).order_by("name", "id").values_list("id", "name")[:MOST]
    owners = {str(ident): name for ident, name in people}
    owners.setdefault(str(definition.owner_id), definition.owner.name)
    groups = WorkflowGroup.objects.filter(organisation_id=here).order_by("position", "name")
    departments = Department.objects.filter(organisation_id=here).order_by("name", "id")
    designations = Designation.objects.filter(organisation_id=here).order_by("level", "name")
    places = Place.objects.filter(organisation_id=here).order_by("city", "country")
    return PreferenceChoices(
        groups=_named(groups.values_list("id", "name")),
        owners=list(owners.items()),
        departments=_named(departments.values_list("id", "name")),
        designations=[
            (str(ident), f"{name} (level {level})")
            for ident, name, level in designations.values_list("id", "name", "level")
        ],
        places=[(str(one.id), str(one)) for one in places],
    )


def reach(definition: WorkflowDefinition, rules: Sequence[WorkflowVisibility]) -> int:
    """How many active people the rules let start it. One statement."""
    people = active_members(definition.organisation_id)
    admitting, barring = ([_fits(rule) for rule in rules if rule.excludes is way] for way in (False, True))
    if admitting:
        people = people.filter(_any(admitting))
    for one in barring:
        people = people.exclude(pk__in=active_members(definition.organisation_id).filter(one).values("pk"))
    return people.count()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the newest version says for all its steps; ``told`` are (kind, words, chosen), ``named`` how many by name."""

    number: int
    is_draft: bool
    period: str
    remind_after: str
    escalate: str
    has_rungs: bool
    told: tuple[tuple[str, str, bool], ...]
    named: int


def defaults_of(definition: WorkflowDefinition) -> Defaults | None:
    """Of the draft where there is one, else of the newest version; None where nothing was drawn yet. One statement."""
    version = newest_versions(definition).first()
    if version is None:
        return None
    graph = GraphDocument.load(version.graph)
    limit, kinds = graph.sla or SlaRule(), [one.kind for one in graph.stakeholders]
    return Defaults(
        number=version.number,
        is_draft=version.state == VersionState.DRAFT,
        period=limit.period,
        remind_after=limit.remind_after,
        escalate=limit.escalate.value,
        has_rungs=bool(limit.rungs),
        told=tuple((kind.value, words, kind in kinds) for kind, words in TOLD.items()),
        named=kinds.count(StakeholderKind.MEMBER),
    )


def sentences_of(rules: Iterable[WorkflowVisibility]) -> list[str]:
    """The rules in words; rows must come with what they name."""
    return [_sentence(rule) for rule in rules]


def _sentence(rule: WorkflowVisibility) -> str:
    who = rule.designation.name if rule.designation else "Everybody"
    parts = [f"Every {who}" if rule.designation else who]
    if rule.level_from is not None:
        parts.append(f"of level {rule.level_from} and above")
    if rule.department:
        parts.append(f"in {rule.department.name}")
    if rule.place:
        parts.append(f"at {rule.place}")
    text = " ".join(parts)
    return f"Not: {text[:1].lower()}{text[1:]}." if rule.excludes else f"{text}."


def _named(rows: Iterable[tuple[UUID, str]]) -> Choices:
    return [(str(ident), name) for ident, name in rows]


def _fits(rule: WorkflowVisibility) -> Q:
    named = {
        "department_id": rule.department_id,
        "designation_id": rule.designation_id,
        "place_id": rule.place_id,
        "designation__level__gte": rule.level_from,
    }
    return Q(**{column: value for column, value in named.items() if value is not None})


def _any(ways: Sequence[Q]) -> Q:
    found = ways[0]
    for one in ways[1:]:
        found |= one
    return found
