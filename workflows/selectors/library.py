"""The shipped workflows as an organisation sees them: what they are, where they are installed, what is new in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from json import dumps
from typing import Any
from uuid import UUID

from accounts.models import Membership
from accounts.policies import carries
from accounts.tenancy.errors import Conflict, NotFound
from forms_builder.selectors import document_of
from workflows import policies
from workflows.graph.definition import DefinitionDocument
from workflows.graph.document import GraphDocument, StepKind
from workflows.graph.layout import Direction
from workflows.graph.merge import Merged, Side, Verdict, merge
from workflows.graph.merge_words import Told, told
from workflows.graph.outline import OutlineRow, outline
from workflows.graph.svg import graph_svg
from workflows.library import LibraryItem, NoSuchItem, library_keys, shipped
from workflows.models import LibraryCopy, WorkflowDefinition
from workflows.policies import EDIT
from workflows.selectors.definition_page import MatrixRow, matrix_of, steps_of
from workflows.selectors.definitions import access_definition, newest_versions


class ItemNotFound(NotFound):
    code = "library.not_found"


class CopyNotFound(NotFound):
    code = "library.not_a_copy"


class NothingNew(Conflict):
    code = "library.nothing_new"
    message = "This workflow holds the newest version of the library already."


@dataclass(frozen=True, slots=True)
class Copy:
    """A workflow of the organisation that was made from an item."""

    definition_id: UUID
    name: str
    version: int
    is_old: bool
    """Whether the library has a newer version."""
    may_update: bool


@dataclass(frozen=True)
class Shown:
    """An item with the organisation's copies of it."""

    item: LibraryItem
    copies: tuple[Copy, ...]

    @property
    def steps(self) -> int:
        """How many steps somebody does."""
        return sum(step.kind in (StepKind.START, StepKind.TASK) for step in self.item.document.graph.steps)

    @property
    def has_update(self) -> bool:
        return any(one.is_old for one in self.copies)

    def drawing(self, direction: Direction) -> str:
        """Markup with everything in it escaped; two directions may stand in one page."""
        document, ident = self.item.document, f"graph-{direction.value}"
        return graph_svg(
            document.graph, title=f"Steps of {document.name}", ident=ident, direction=direction, form=document.form
        )

    @property
    def outline(self) -> list[OutlineRow]:
        return outline(self.item.document.graph, form=self.item.document.form)

    @property
    def form_steps(self) -> list[tuple[str, str]]:
        return steps_of(self.item.document.graph)

    @property
    def matrix(self) -> list[MatrixRow]:
        return matrix_of(self.item.document.form, self.form_steps)


@dataclass(frozen=True)
class Update:
    """What a newer version of an item would make of a workflow."""

    definition: WorkflowDefinition
    copy: LibraryCopy
    item: LibraryItem
    ours: dict[str, Any]
    merged: Merged

    @cached_property
    def told(self) -> list[Told]:
        theirs = self.item.document.to_json()
        return [told(one, self.ours, theirs) for one in self.merged.differences]

    def of(self, verdict: Verdict) -> list[Told]:
        return [one for one in self.told if one.verdict is verdict]

    @property
    def conflicts(self) -> list[Told]:
        return self.of(Verdict.CONFLICT)

    @property
    def taken(self) -> list[Told]:
        return self.of(Verdict.TAKEN)

    @property
    def kept(self) -> list[Told]:
        return self.of(Verdict.KEPT)

    @property
    def seen(self) -> str:
        """Changes with anything that the merge is made of."""
        parts = [self.copy.base, self.ours, self.item.document.to_json()]
        return sha256(dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def library_list(actor: Membership) -> list[Shown]:
    """All items by name. Raises Denied (``definition.browse.denied``)."""
    policies.definitions.require(actor, "browse")
    items = sorted(map(shipped, library_keys()), key=lambda item: item.document.name)
    copies = _copies(actor, items)
    return [Shown(item, tuple(copies.get(item.key, ()))) for item in items]


def library_look(actor: Membership, key: str) -> Shown:
    """One item. Raises Denied (``definition.browse.denied``), ItemNotFound."""
    policies.definitions.require(actor, "browse")
    item = item_of(key)
    return Shown(item, tuple(_copies(actor, [item]).get(key, ())))


def item_of(key: str) -> LibraryItem:
    """Raises ItemNotFound."""
    try:
        return shipped(key)
    except NoSuchItem:
        raise ItemNotFound from None


def newer_version(definition: WorkflowDefinition) -> int | None:
    """The version of the library that the workflow could be brought to. One query, none where it is of one's own making."""
    if not definition.library_key or definition.library_key not in library_keys():
        return None
    held = _copy(definition)
    newest = shipped(definition.library_key).version
    return newest if held is not None and held.version < newest else None


def library_update_of(actor: Membership, definition_id: UUID, choices: dict[str, Side] | None = None) -> Update:
    """The merge of the newest version of the item with the newest one of the workflow; stores nothing.

    Raises DefinitionNotFound, Denied (``definition.edit.denied``), CopyNotFound, NothingNew.
    """
    definition = access_definition(actor, definition_id)
    policies.definitions.require(actor, "edit", definition)
    copy = _copy(definition)
    if copy is None or copy.key not in library_keys():
        raise CopyNotFound
    item = shipped(copy.key)
    if item.version <= copy.version:
        raise NothingNew
    ours = _newest(definition)
    base = DefinitionDocument.load(copy.base).to_json()
    return Update(definition, copy, item, ours, merge(base, ours, item.document.to_json(), choices))


def _copy(definition: WorkflowDefinition) -> LibraryCopy | None:
    rows = LibraryCopy.objects.filter(organisation_id=definition.organisation_id, definition_id=definition.id)
    found: LibraryCopy | None = rows.first()
    return found


def _copies(actor: Membership, items: Iterable[LibraryItem]) -> dict[str, list[Copy]]:
    versions = {item.key: item.version for item in items}
    rows = LibraryCopy.objects.filter(
        organisation_id=actor.organisation_id, key__in=list(versions), definition__deleted_at=None
    )
    draws = carries(actor, EDIT)
    found: dict[str, list[Copy]] = {}
    for row in rows.select_related("definition").defer("base").order_by("definition__name", "id"):
        is_old = row.version < versions[row.key]
        may = is_old and (draws or row.definition.owner_id == actor.id)
        found.setdefault(row.key, []).append(Copy(row.definition_id, row.definition.name, row.version, is_old, may))
    return found


def _newest(definition: WorkflowDefinition) -> dict[str, Any]:
    version = newest_versions(definition).first()
    if version is None:
        raise CopyNotFound
    # Cases are read and written again, so that what is at its default is left out on all three sides.
    raw = {"name": definition.name, "group": "", "description": definition.description, "cases": version.cases}
    raw |= {"form": document_of(version.form).to_json(), "graph": GraphDocument.load(version.graph).to_json()}
    return DefinitionDocument.load(raw).to_json()
