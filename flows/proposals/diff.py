"""What a proposal would change, field by field, against what the flow was like when it was proposed. Pure."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from flows.proposals.flow_def import FlowAttributes, FlowDef, ProposalType

LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    "transport": "Transport",
    "frequency": "Frequency",
    "basisOffset": "Basis offset",
    "criticality": "Criticality",
    "description": "Description",
    "externalId": "External id",
}
ENUM_FIELDS: Final[Mapping[str, str]] = {
    "transport": "transport",
    "frequency": "frequency",
    "criticality": "criticality",
}
"""Attributes that are codes, with the kind of their values."""


@dataclass(frozen=True, slots=True)
class Before:
    """The physical flow as it was: its attributes, and the data types of its specification."""

    attributes: FlowAttributes
    data_type_ids: frozenset[UUID]

    @classmethod
    def load(cls, stored: Mapping[str, Any] | None) -> Self | None:
        if stored is None:
            return None
        by_alias = {field.alias or name: name for name, field in FlowAttributes.model_fields.items()}
        # What was stored is not judged again.
        values = {by_alias[alias]: value for alias, value in stored["attributes"].items()}
        return cls(FlowAttributes.model_construct(**values), frozenset(map(UUID, stored["dataTypeIds"])))

    def dump(self) -> dict[str, Any]:
        """JSON values for the column, under the names of the ``flow_def``."""
        ids = sorted(map(str, self.data_type_ids))
        return {"attributes": self.attributes.model_dump(mode="json", by_alias=True), "dataTypeIds": ids}


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute: ``before`` is None where there was no flow, ``after`` None where there will be none."""

    field: str
    label: str
    before: Any
    after: Any

    @property
    def is_changed(self) -> bool:
        return bool(self.before != self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """All attributes in the order in which people read them, and the data types that come, go and stay."""

    attributes: tuple[Change, ...]
    added: frozenset[UUID]
    removed: frozenset[UUID]
    kept: frozenset[UUID]

    @property
    def changes_data_types(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def is_empty(self) -> bool:
        return not self.changes_data_types and not any(change.is_changed for change in self.attributes)


def difference(command: FlowDef, before: Before | None) -> Difference:
    """What the command does to the flow as it was: everything is new in a creation and gone in a removal."""
    was = before.attributes.model_dump(by_alias=True) if before else {}
    types = before.data_type_ids if before else frozenset()
    if command.proposal_type is ProposalType.REMOVE:
        gone = tuple(Change(name, label, was.get(name), None) for name, label in LABELS.items())
        return Difference(gone, frozenset(), types, frozenset())
    new = command.flow_attributes.model_dump(by_alias=True) if command.flow_attributes else {}
    changes = tuple(Change(name, label, was.get(name), new.get(name)) for name, label in LABELS.items())
    wanted = frozenset(command.data_type_ids)
    return Difference(changes, wanted - types, types - wanted, wanted & types)


def merged(mine: Before, then: Before, now: Before) -> Before:
    """Mine, made from ``then``, upon what there is ``now``: what I had left as it was is as it is now."""
    theirs = now.attributes.model_dump()
    own = {
        name: value for name, value in mine.attributes.model_dump().items() if value != getattr(then.attributes, name)
    }
    added, removed = mine.data_type_ids - then.data_type_ids, then.data_type_ids - mine.data_type_ids
    attributes = FlowAttributes.model_construct(**{**theirs, **own})
    return Before(attributes, (now.data_type_ids | added) - removed)


def drift(then: Before | None, now: Before | None, spoken: Callable[[str, Any], str]) -> list[str]:
    """In sentences what has changed of the flow since it was proposed; empty for nothing. ``spoken`` says a value in words."""
    if then is None or now is None:
        return []
    was, is_now = then.attributes.model_dump(by_alias=True), now.attributes.model_dump(by_alias=True)
    texts = [
        f"{label} was {spoken(name, was[name]) or 'empty'} and is {spoken(name, is_now[name]) or 'empty'} now."
        for name, label in LABELS.items()
        if was[name] != is_now[name]
    ]
    if then.data_type_ids != now.data_type_ids:
        texts.append("The data types of the specification have changed.")
    return texts


def shown_hash(flow_def: Mapping[str, Any], before: Mapping[str, Any] | None, revision: int) -> str:
    """Names what somebody had before their eyes when they decided: 64 hexadecimal digits."""
    text = json.dumps([flow_def, before, revision], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def replaced_by_known(types: Collection[UUID], unknown_id: UUID | None) -> frozenset[UUID]:
    """The unknown type stands only where nothing is known."""
    known = frozenset(ident for ident in types if ident != unknown_id)
    return known or frozenset(types)
