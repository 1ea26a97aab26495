"""Reads over definitions: who sees which, and the version that a run is pinned to."""

from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple, Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import Designation, Membership
from accounts.policies import carries
from accounts.tenancy.errors import NotFound
from forms_builder.selectors import document_of
from workflows.engine.definition import VERSIONS, RunningDefinition
from workflows.models import (
    VersionState,
    WorkflowAddress,
    WorkflowDefinition,
    WorkflowGroup,
    WorkflowSettings,
    WorkflowVersion,
    WorkflowVisibility,
)
from workflows.policies import EDIT, PUBLISH, VIEW_ALL
from workflows.selectors.prepared import Prepared
from workflows.substitution import subjects_of


class DefinitionNotFound(NotFound):
    code = "definition.not_found"


def definition_of(organisation_id: UUID, version_id: UUID) -> RunningDefinition:
    """The compiled version; read once per process, without a query after that. Raises DefinitionNotFound."""
    found = VERSIONS.get(version_id)
    if found is not None:
        return found
    version = (
        WorkflowVersion.objects.filter(organisation_id=organisation_id, id=version_id).select_related("form").first()
    )
    if version is None:
        raise DefinitionNotFound
    compiled = RunningDefinition.of(version.id, version.graph, document_of(version.form))
    # A draft may still change; only its owner's previews ask for it.
    return VERSIONS.put(compiled) if version.state != "draft" else compiled


def definitions_of(organisation_id: UUID) -> QuerySet[WorkflowDefinition]:
    """All definitions that are not deleted."""
    found: QuerySet[WorkflowDefinition] = WorkflowDefinition.objects.filter(
        organisation_id=organisation_id, deleted_at=None
    )
    return found


def absence_scopes(organisation_id: UUID) -> list[tuple[str, str]]:
    """What an absence can be limited to: the groups, and the workflows that are in use."""
    groups = WorkflowGroup.objects.filter(organisation_id=organisation_id).order_by("name", "id")
    flows = definitions_of(organisation_id).filter(published_version__isnull=False).order_by("name", "id")
    found = [(f"group:{ident}", f"Group {name}") for ident, name in groups.values_list("id", "name")]
    return found + [(f"workflow:{ident}", name) for ident, name in flows.values_list("id", "name")]


def subjects_of_many(organisation_id: UUID, ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """What work of each workflow is about, as absences are limited to it. One query."""
    rows = WorkflowDefinition.objects.filter(organisation_id=organisation_id, id__in=list(ids))
    return {ident: subjects_of(ident, group) for ident, group in rows.values_list("id", "group_id")}


class Seat(NamedTuple):
    """Of a person what the rules of visibility ask for."""

    organisation_id: UUID
    id: UUID
    department_id: UUID | None
    designation_id: UUID | None
    place_id: UUID | None

    @classmethod
    def of(cls, actor: Membership) -> Self:
        return cls(actor.organisation_id, actor.id, actor.department_id, actor.designation_id, actor.place_id)


ANYBODY: Final = Seat(*(UUID(int=number) for number in range(1, 6)))
"""Placeholders of statements that are kept. Who has no department and so on gives NULL, which equals nothing, and in
``startable_by`` a rule without one holds for everybody."""
SLOTS: Final[Mapping[Hashable, str]] = {value: name for name, value in ANYBODY._asdict().items()}


def startable_by(actor: Membership | Seat) -> QuerySet[WorkflowDefinition]:
    """What the person may start: active, published, and open to them by its rules (see ``WorkflowVisibility``). The workflow
    that approves publishing is started on the page of what is to be published, and nowhere else."""
    rows = WorkflowVisibility.objects.filter(organisation_id=actor.organisation_id, definition_id=OuterRef("pk"))
    fits = rows.filter(
        Q(department=None) | Q(department_id=actor.department_id),
        Q(designation=None) | Q(designation_id=actor.designation_id),
        Q(place=None) | Q(place_id=actor.place_id),
        Q(level_from=None) | Q(level_from__lte=_level(actor)),
    )
    approval = WorkflowSettings.objects.filter(
        organisation_id=actor.organisation_id, publish_approval_id=OuterRef("pk")
    )
    return definitions_of(actor.organisation_id).filter(
        ~Exists(rows.filter(excludes=False)) | Exists(fits.filter(excludes=False)),
        ~Exists(fits.filter(excludes=True)),
        ~Exists(approval),
        is_active=True,
        published_version__isnull=False,
    )


def _level(actor: Membership | Seat) -> Subquery:
    """The level of the person's designation; null without one, which is below every level."""
    rows = Designation.objects.filter(organisation_id=actor.organisation_id, id=actor.designation_id)
    return Subquery(rows.values("level")[:1])


def may_see_all(actor: Membership) -> bool:
    """Whether every definition is visible to the person, drafts and inactive ones included."""
    return any(carries(actor, code) for code in (EDIT, PUBLISH, VIEW_ALL))


def visible_to(actor: Membership, *, deleted: bool = False) -> QuerySet[WorkflowDefinition]:
    """What the person sees on the landing page: what they may start or own, or all for designers and tenant admins.

    With ``deleted`` those who see all also see what was deleted.
    """
    if not may_see_all(actor):
        return seen_from(Seat.of(actor))
    if deleted:
        return WorkflowDefinition.objects.filter(organisation_id=actor.organisation_id)
    return definitions_of(actor.organisation_id)


def seen_from(seat: Seat) -> QuerySet[WorkflowDefinition]:
    """What somebody may start or owns."""
    rows = definitions_of(seat.organisation_id)
    return rows.filter(Q(pk__in=startable_by(seat).values("pk")) | Q(owner_id=seat.id))


def may_open(actor: Membership, definition_id: UUID) -> bool:
    """Whether the page of a workflow of the organisation opens for the person. One query at most."""
    if may_see_all(actor):
        return True
    return bool(_opens().rows({**Seat.of(actor)._asdict(), "definition": definition_id}))


@cache
def _opens() -> Prepared:
    wanted = UUID(int=6)
    rows = seen_from(ANYBODY).filter(id=wanted).values(*("id",))
    return Prepared(rows, {**SLOTS, wanted: "definition"})


def access_definition(actor: Membership, definition_id: UUID, *, deleted: bool = False) -> WorkflowDefinition:
    """The door to a definition. Raises DefinitionNotFound alike for missing, foreign and invisible ones."""
    rows = visible_to(actor, deleted=deleted).filter(id=definition_id)
    found = rows.select_related("group", "owner", "published_version").first()
    if found is None:
        raise DefinitionNotFound
    return found


def access_start(actor: Membership, slug: str) -> WorkflowDefinition:
    """The door to starting a request by the workflow's slug, or by one that it had before. Raises DefinitionNotFound."""
    former = WorkflowAddress.objects.filter(
        organisation_id=actor.organisation_id, definition_id=OuterRef("pk"), slug=slug
    )
    rows = startable_by(actor).filter(Q(slug=slug) | Q(Exists(former))).select_related("group", "published_version")
    found = next(iter(sorted(rows, key=lambda one: one.slug != slug)), None)
    if found is None:
        raise DefinitionNotFound
    return found


def earlier_version(definition: WorkflowDefinition, version_id: str) -> RunningDefinition | None:
    """The version of this workflow with the id that somebody sends back; None where it never was published."""
    try:
        rows = WorkflowVersion.objects.filter(organisation_id=definition.organisation_id, definition_id=definition.id)
        version = rows.exclude(published_at=None).filter(id=UUID(version_id)).first()
    except ValueError:
        return None
    return definition_of(definition.organisation_id, version.id) if version else None


def newest_versions(definition: WorkflowDefinition) -> QuerySet[WorkflowVersion]:
    """All versions with their forms, newest first."""
    rows = WorkflowVersion.objects.filter(organisation_id=definition.organisation_id, definition_id=definition.id)
    found: QuerySet[WorkflowVersion] = rows.select_related("form").order_by("-number")
    return found


def version_in(definition: WorkflowDefinition, state: VersionState) -> WorkflowVersion | None:
    """The version in this state, with its form."""
    return newest_versions(definition).filter(state=state).first()


def access_version(actor: Membership, definition_id: UUID, number: int | None = None) -> WorkflowVersion:
    """A version to look at: the published one, or (for those who see all, and the owner) any. Raises DefinitionNotFound."""
    definition = access_definition(actor, definition_id, deleted=True)
    versions = newest_versions(definition).select_related("definition", "published_by")
    if not (may_see_all(actor) or definition.owner_id == actor.id):
        versions = versions.filter(state=VersionState.PUBLISHED)
    if number is not None:
        versions = versions.filter(number=number)
    elif definition.published_version_id:
        versions = versions.filter(id=definition.published_version_id)
    found = versions.first()
    if found is None:
        raise DefinitionNotFound
    return found


def free_slug(organisation_id: UUID, wanted: str, taken: Iterable[str] = ()) -> str:
    """``wanted``, or with a number behind it when a living definition has that slug, or one had it before."""
    living = definitions_of(organisation_id).filter(slug__startswith=wanted).values_list("slug", flat=True)
    former = WorkflowAddress.objects.filter(organisation_id=organisation_id, slug__startswith=wanted)
    used = {*taken, *living.union(former.values_list("slug", flat=True))}
    if wanted not in used:
        return wanted
    number = 2
    while f"{wanted}-{number}" in used:
        number += 1
    return f"{wanted}-{number}"
