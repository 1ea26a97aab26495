"""A workflow to read: its graph, its form, its preferences and its versions, as far as the person may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q

from accounts.models import Membership
from accounts.policies import carries
from forms_builder.design.kinds import kind_of
from forms_builder.schema.conditions import context_of
from forms_builder.schema.document import FormDocument
from forms_builder.selectors import document_of
from workflows.graph.document import Escalation, GraphDocument, SlaRule, StakeholderKind, StepKind
from workflows.graph.layout import Direction
from workflows.graph.outline import OutlineRow, outline
from workflows.graph.sentences import FALLBACKS, rule_sentence, sla_sentence, timeout_sentence
from workflows.graph.svg import graph_svg
from workflows.models import (
    FINAL_RUN,
    VersionState,
    WorkflowDefinition,
    WorkflowRun,
    WorkflowVersion,
)
from workflows.policies import EDIT, PUBLISH
from workflows.selectors.definition_changes import may_compare
from workflows.selectors.definitions import access_definition, access_version, may_see_all, startable_by
from workflows.selectors.drawings import graph_of, trimmed
from workflows.selectors.preferences import rules_of, sentences_of
from workflows.selectors.publishing import approval_of, open_request

STAKEHOLDERS: Final[Mapping[StakeholderKind, str]] = {
    StakeholderKind.MEMBER: "A named person.",
    StakeholderKind.MANAGER: "The requester's manager.",
    StakeholderKind.DEPARTMENT_HEAD: "The head of the requester's department.",
    StakeholderKind.WORKFLOW_OWNER: "The owner of the workflow.",
}
VERSIONS: Final = 200


@dataclass(frozen=True, slots=True)
class DefinitionFacts:
    """The head of the page; ``group`` and ``owner`` are words."""

    id: UUID
    name: str
    slug: str
    description: str
    group: str
    owner: str
    is_active: bool
    deleted_at: datetime | None


def facts_of(one: WorkflowDefinition) -> DefinitionFacts:
    """Of a definition with its group and owner."""
    return DefinitionFacts(
        one.id, one.name, one.slug, one.description, one.group.name if one.group else "", one.owner.name,
        one.is_active, one.deleted_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionFacts:
    number: int
    state: str
    published_at: datetime | None
    published_by: str
    open_runs: int = 0


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A field and what each step does with it, in the order of the steps."""

    label: str
    name: str
    type: str
    help: str
    cells: tuple[str, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Time limits by step, and in words who starts it and who is told."""

    sla: tuple[tuple[str, str], ...]
    sla_default: str
    visibility: tuple[str, ...]
    stakeholders: tuple[str, ...]


@dataclass(frozen=True)
class DefinitionView:
    """One version of a workflow as one person sees it. ``form`` has no field that the person may not know of."""

    definition: WorkflowDefinition
    version: WorkflowVersion
    graph: GraphDocument
    form: FormDocument
    can_start: bool
    may_edit: bool
    may_publish: bool
    may_retire: bool
    may_delete: bool
    may_restore: bool
    may_compare: bool
    may_ask: bool
    """Whether the draft that is shown may be asked to be published, where somebody else must approve it."""
    asked: WorkflowRun | None
    """The open request to publish it."""

    @property
    def version_facts(self) -> VersionFacts:
        one = self.version
        by = one.published_by.name if one.published_by else ""
        return VersionFacts(one.number, one.state, one.published_at, by)

    def drawing(self, direction: Direction) -> str:
        """Markup with everything in it escaped; two directions may stand in one page."""
        title, ident = f"Steps of {self.definition.name}", f"graph-{direction.value}"
        return graph_svg(self.graph, title=title, ident=ident, direction=direction, form=self.form)

    @property
    def outline(self) -> list[OutlineRow]:
        return outline(self.graph, form=self.form)

    @property
    def steps(self) -> list[tuple[str, str]]:
        return steps_of(self.graph)

    @property
    def matrix(self) -> list[MatrixRow]:
        return matrix_of(self.form, self.steps)


def steps_of(graph: GraphDocument) -> list[tuple[str, str]]:
    """The steps at which a form can be filled or read, by key and name."""
    return [(step.key, step.name) for step in graph.steps if step.kind is not StepKind.END and not step.kind.is_gateway]


def matrix_of(form: FormDocument, steps: Sequence[tuple[str, str]]) -> list[MatrixRow]:
    """What each of the steps does with each field."""
    context = context_of(form.fields)
    return [
        MatrixRow(
            label=field.label or field.name,
            name=field.name,
            type=kind_of(str(getattr(field, "type", ""))).label,
            help=field.help,
            cells=tuple(field.access_at(key).value for key, _ in steps),
            rule=rule_sentence(field.visible_when, context) if field.visible_when else "",
        )
        for field in form.fields
    ]


def definition_view(actor: Membership, definition_id: UUID, number: int | None = None) -> DefinitionView:
    """The door to a workflow's page: of the version ``number``, else the published one, else the newest.

    Who neither designs nor owns it knows of no field that the start of a request hides. Raises DefinitionNotFound.
    """
    version = access_version(actor, definition_id, number)
    definition = access_definition(actor, definition_id, deleted=True)
    graph, form = graph_of(version), document_of(version.form)
    if not (may_see_all(actor) or definition.owner_id == actor.id):
        starts = [step.key for step in graph.steps if step.kind is StepKind.START]
        form = trimmed(form, form.visible_at(starts))
    living = definition.deleted_at is None
    may_publish = carries(actor, PUBLISH) and living
    may_edit = carries(actor, EDIT) or definition.owner_id == actor.id
    is_draft = version.state == VersionState.DRAFT
    asked = open_request(actor.organisation_id, version.id) if is_draft and living else None
    by_request = is_draft and living and approval_of(actor.organisation_id) is not None
    return DefinitionView(
        definition=definition,
        version=version,
        graph=graph,
        form=form,
        can_start=startable_by(actor).filter(id=definition.id).exists(),
        may_edit=may_edit,
        may_publish=may_publish and is_draft and not by_request,
        may_retire=may_publish and definition.published_version_id is not None,
        may_delete=may_publish,
        may_restore=carries(actor, PUBLISH) and not living,
        may_compare=may_compare(actor, definition),
        may_ask=may_edit and by_request and asked is None,
        asked=asked,
    )


def preferences(view: DefinitionView) -> Preferences:
    """One query for who may start it."""
    default = view.graph.sla
    tasks = [step for step in view.graph.steps if step.kind is StepKind.TASK]
    return Preferences(
        sla=tuple((step.name, sla_sentence(step.sla, default) or "No target") for step in tasks),
        sla_default="; ".join(filter(None, (_limit_words(default), timeout_sentence(view.graph.timeout)))),
        visibility=tuple(sentences_of(rules_of(view.definition))),
        stakeholders=tuple(STAKEHOLDERS[one.kind] for one in view.graph.stakeholders),
    )


def versions_of(actor: Membership, view: DefinitionView) -> list[VersionFacts]:
    """All versions, newest first; drafts for those who design. One query."""
    rows = WorkflowVersion.objects.filter(
        organisation_id=actor.organisation_id, definition_id=view.definition.id
    ).order_by("-number")
    if not view.may_edit and not may_see_all(actor):
        rows = rows.exclude(state=VersionState.DRAFT)
    still = Count("runs", filter=~Q(runs__status__in=FINAL_RUN))
    found = rows.annotate(still=still).values_list("number", "state", "published_at", F("published_by__name"), "still")
    return [
        VersionFacts(number, state, at, by or "", open_runs) for number, state, at, by, open_runs in found[:VERSIONS]
    ]


def _limit_words(rule: SlaRule | None) -> str:
    if rule is None or not rule.period:
        return ""
    if rule.escalate is Escalation.NONE:
        return f"{rule.period}, then it is marked overdue"
    chain = ", then ".join(FALLBACKS[one] for one in rule.fallback)
    return f"{rule.period}, then to the manager" + (f"; else {chain}" if chain else "")
