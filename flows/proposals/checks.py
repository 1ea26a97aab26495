"""What a proposal must meet, at proposing and again at the last approval. Pure: the facts are read by ``selectors.facts``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from flows.proposals.diff import Before, difference, replaced_by_known
from flows.proposals.flow_def import EntityRef, FlowAttributes, FlowDef, ProposalType

ENUM_PATHS: Final = ("transport", "frequency", "criticality")
Problems = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class EntityFact:
    id: UUID
    kind: str
    name: str
    external_id: str
    is_retired: bool = False
    is_external: bool = False


@dataclass(frozen=True, slots=True)
class LogicalFact:
    id: UUID
    source_id: UUID
    target_id: UUID
    is_live: bool = True
    is_approved: bool = True
    is_readonly: bool = False


@dataclass(frozen=True, slots=True)
class SpecificationFact:
    id: UUID
    owner_id: UUID
    name: str
    format: str
    is_removed: bool = False
    is_readonly: bool = False
    type_ids: frozenset[UUID] = frozenset()
    fixed_type_ids: frozenset[UUID] = frozenset()
    """Read-only ones: they stay."""


@dataclass(frozen=True, slots=True)
class PhysicalFact:
    id: UUID
    logical_flow_id: UUID
    specification_id: UUID
    attributes: FlowAttributes
    is_live: bool = True
    is_readonly: bool = False


@dataclass(frozen=True, slots=True)
class TypeFact:
    id: UUID
    name: str
    concrete: bool = True
    deprecated: bool = False
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue says about everything that a command names, at one moment.

    ``logical`` is the flow named, or else the one that joins the ends, removed or not.
    """

    entities: Mapping[UUID, EntityFact] = field(default_factory=dict)
    logical: LogicalFact | None = None
    specification: SpecificationFact | None = None
    physical: PhysicalFact | None = None
    types: Mapping[UUID, TypeFact] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The codes that may be chosen with their names, by kind."""
    unknown_type_id: UUID | None = None

    @property
    def names(self) -> dict[tuple[str, str], str]:
        """The same by kind and code, as ``catalogue.enums`` has them."""
        return {(kind, code): name for kind, names in self.codes.items() for code, name in names.items()}

    @property
    def before(self) -> Before | None:
        """The physical flow as it is now."""
        if self.physical is None or self.specification is None:
            return None
        return Before(self.physical.attributes, self.specification.type_ids)


def settled(command: FlowDef, facts: Facts) -> FlowDef:
    """The command with the data types that will come of it, so that approvers are shown nothing else: the unknown type makes way
    for known ones, and an update leaves read-only ones."""
    wanted = replaced_by_known(command.data_type_ids, facts.unknown_type_id)
    kept = [ident for ident in command.data_type_ids if ident in wanted]
    if command.proposal_type is ProposalType.UPDATE and facts.specification is not None:
        kept += sorted(facts.specification.fixed_type_ids - wanted)
    return command.model_copy(update={"data_type_ids": tuple(kept)})


def problems(command: FlowDef, facts: Facts) -> Problems:
    """Every reason why the command cannot be, by the path of its place. Empty for a sound one."""
    found: Problems = {}
    for one in (_ends, _logical, _physical, _specification, _types, _codes, _nothing):
        for path, texts in one(command, facts).items():
            found.setdefault(path, []).extend(texts)
    return found


def _ends(command: FlowDef, facts: Facts) -> Problems:
    found: Problems = {}
    for path, ref in (("source", command.source), ("target", command.target)):
        if text := _end_problem(ref, facts.entities.get(ref.id), command.proposal_type):
            found[path] = [text]
    if command.source.id == command.target.id:
        found.setdefault("target", []).append("Source and target must be two different ones.")
    return found


def _end_problem(ref: EntityRef, entity: EntityFact | None, kind: ProposalType) -> str:
    if entity is None or entity.kind.upper() != ref.kind:
        return "There is no such application or actor."
    # Flows of what is retired must still be removable: nobody else takes them away.
    if entity.is_retired and kind is not ProposalType.REMOVE:
        return f"{entity.name} is retired."
    return ""


def _logical(command: FlowDef, facts: Facts) -> Problems:
    path, flow = "logicalFlowId", facts.logical
    if flow is None:
        return {path: ["There is no such logical flow."]} if command.logical_flow_id else {}
    if (flow.source_id, flow.target_id) != (command.source.id, command.target.id):
        return {path: ["This logical flow does not join the source to the target."]}
    if flow.is_readonly:
        return {path: ["This logical flow is read-only."]}
    if command.logical_flow_id is None:
        return {}  # found by its ends: a removed one comes back, a pending one is approved with the proposal
    if not flow.is_live:
        return {path: ["This logical flow has been removed."]}
    if command.proposal_type is ProposalType.CREATE and not flow.is_approved:
        return {path: ["Physical flows may only be added to an approved logical flow."]}
    return {}


def _physical(command: FlowDef, facts: Facts) -> Problems:
    if command.proposal_type is ProposalType.CREATE:
        return {}
    path, flow = "physicalFlowId", facts.physical
    if flow is None:
        return {path: ["There is no such physical flow."]}
    if flow.logical_flow_id != command.logical_flow_id:
        return {path: ["This physical flow does not belong to the logical flow."]}
    if not flow.is_live:
        return {path: ["This physical flow has been removed."]}
    if flow.is_readonly:
        return {path: ["This physical flow is read-only."]}
    return {}


def _specification(command: FlowDef, facts: Facts) -> Problems:
    spec, known = command.specification, facts.specification
    if spec is None:
        return {}
    if spec.id is None:
        return _new_specification(command) if command.proposal_type is ProposalType.CREATE else {}
    if known is None or known.id != spec.id:
        return {"specification.id": ["There is no such specification."]}
    if command.proposal_type is ProposalType.CREATE:
        if known.owner_id not in (command.source.id, command.target.id):
            return {"specification.id": ["This specification belongs neither to the source nor to the target."]}
        return {}
    if facts.physical is not None and facts.physical.specification_id != spec.id:
        return {"specification.id": ["This specification is not the one of the physical flow."]}
    return {
        f"specification.{name}": ["A proposal does not change the specification itself."]
        for name, said, today in (("name", spec.name, known.name), ("format", spec.format, known.format))
        if said and said != today
    }


def _new_specification(command: FlowDef) -> Problems:
    owner = command.specification.owning_entity if command.specification else None
    ends = {command.source.id: command.source.kind, command.target.id: command.target.kind}
    if owner is None or ends.get(owner.id) != owner.kind:
        return {"specification.owningEntity": ["Choose the source or the target."]}
    return {}


def _types(command: FlowDef, facts: Facts) -> Problems:
    if command.proposal_type is ProposalType.REMOVE:
        return {}
    spec = facts.specification
    today = spec.type_ids if spec else frozenset()
    texts = [
        text
        for ident in command.data_type_ids
        if (text := _type_problem(ident, facts.types.get(ident), ident in today))
    ]
    if not command.data_type_ids:
        texts.append("Choose at least one data type.")
    wanted = frozenset(command.data_type_ids)
    if spec and spec.is_readonly and _changes_types(command, wanted, today):
        texts.append("The specification is read-only: its data types stay as they are.")
    return {"dataTypeIds": texts} if texts else {}


def _changes_types(command: FlowDef, wanted: frozenset[UUID], today: frozenset[UUID]) -> bool:
    """A creation on a shared specification adds to its types, an update sets them."""
    return bool(wanted - today) or (command.proposal_type is ProposalType.UPDATE and wanted != today)


def _type_problem(ident: UUID, known: TypeFact | None, is_there: bool) -> str:
    """What is carried today may stay, even if nobody may choose it any more."""
    if known is None:
        return f"There is no data type {ident}."
    if is_there:
        return ""
    if not known.concrete:
        return f"{known.name} is a heading; choose a type below it."
    return f"{known.name} is deprecated." if known.deprecated else ""


def _codes(command: FlowDef, facts: Facts) -> Problems:
    found: Problems = {}
    attributes, spec = command.flow_attributes, command.specification
    if attributes is not None and command.proposal_type is not ProposalType.REMOVE:
        for name in ENUM_PATHS:
            code = getattr(attributes, name)
            today = getattr(facts.physical.attributes, name) if facts.physical else None
            if code != today and code not in facts.codes.get(name, {}):
                found[f"flowAttributes.{name}"] = [f"There is no {name} {code}."]
    is_new = command.proposal_type is ProposalType.CREATE and spec is not None and spec.id is None
    if is_new and spec is not None and spec.format and spec.format not in facts.codes.get("format", {}):
        found["specification.format"] = [f"There is no format {spec.format}."]
    return found


def _nothing(command: FlowDef, facts: Facts) -> Problems:
    before = facts.before
    if command.proposal_type is ProposalType.UPDATE and before and difference(command, before).is_empty:
        return {"flowAttributes": ["Nothing is different from today."]}
    return {}
