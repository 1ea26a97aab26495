"""The command of a proposal as it is sent and stored: the ``flow_def`` document. Pure: nothing here asks the database.

Its keys are those of the reference: ``source``, ``target``, ``reason``, ``logicalFlowId``, ``physicalFlowId``, ``specification``,
``flowAttributes``, ``dataTypeIds``, ``proposalType``. Stored documents carry a ``schema_version`` besides.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from accounts.tenancy.errors import Invalid
from forms_builder.schema.parts import plain, storable

SCHEMA_VERSION: Final = 1
MAX_BYTES: Final = 256 * 1024
MAX_DATA_TYPES: Final = 500
MAX_BASIS_OFFSET: Final = 3_650
"""Days; ten years either way is beyond any delivery."""


class FlowDefInvalid(Invalid):
    """The command is malformed; ``fields`` names each place by its path, such as ``flowAttributes.basisOffset``."""

    code = "proposal.invalid"


class ProposalType(StrEnum):
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    REMOVE = "REMOVE"


SYNONYMS: Final[Mapping[str, str]] = {"EDIT": ProposalType.UPDATE, "DELETE": ProposalType.REMOVE}


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) and len(value) < 40 else value


def _type_name(value: Any) -> Any:
    name = _upper(value)
    return SYNONYMS.get(name, name) if isinstance(name, str) else name


def _blank_for_none(value: Any) -> Any:
    return "" if value is None else value


def _none_for_blank(value: Any) -> Any:
    return None if value == "" else value


def _once(ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(ids))


_BLANK = BeforeValidator(_blank_for_none)
_PLAIN = AfterValidator(plain)
Name = Annotated[str, StringConstraints(max_length=255, strip_whitespace=True), _BLANK, _PLAIN]
Code = Annotated[str, StringConstraints(max_length=64, strip_whitespace=True), _BLANK, _PLAIN]
SomeCode = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True), _BLANK, _PLAIN]
ExternalId = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True), _BLANK, _PLAIN]
Description = Annotated[str, StringConstraints(max_length=4_000, strip_whitespace=True), _BLANK, _PLAIN]
OptionalId = Annotated[UUID | None, BeforeValidator(_none_for_blank)]
Kind = Annotated[
    Literal["APPLICATION", "ACTOR", "END_USER_APPLICATION"],
    BeforeValidator(_upper),
]


class WirePart(BaseModel):
    """Frozen, in camel case on the wire, and strict about keys: a misspelt one is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=False, validate_by_alias=True
    )


class EntityRef(WirePart):
    """An end of a flow. Names are for people; what else is sent along is left out."""

    model_config = ConfigDict(extra="ignore")

    kind: Kind
    id: UUID
    name: Name = ""
    external_id: ExternalId = ""


class Reason(WirePart):
    """Why: one of the organisation's reasons by id or code, and words."""

    rating_id: OptionalId = None
    code: Code = ""
    description: Description = ""


class Specification(WirePart):
    """An existing specification by ``id``, or a new one by what describes it."""

    id: OptionalId = None
    owning_entity: EntityRef | None = None
    name: Name = ""
    description: Description = ""
    format: Code = ""
    external_id: ExternalId = ""
    last_updated_by: Annotated[Any, AfterValidator(lambda value: None)] = Field(default=None, exclude=True)
    """Sent by clients of the reference; who acts is known from the credentials."""


class FlowAttributes(WirePart):
    """How the flow is delivered. The codes are those of the organisation's attribute values."""

    name: Name = ""
    transport: SomeCode
    frequency: SomeCode
    basis_offset: int = Field(default=0, ge=-MAX_BASIS_OFFSET, le=MAX_BASIS_OFFSET, strict=True)
    criticality: SomeCode = "MEDIUM"
    description: Description = ""
    external_id: ExternalId = ""


class FlowDef(WirePart):
    """One proposed change of one physical flow and what stands around it."""

    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, alias="schema_version")
    source: EntityRef
    target: EntityRef
    reason: Reason
    logical_flow_id: OptionalId = None
    physical_flow_id: OptionalId = None
    specification: Specification | None = None
    flow_attributes: FlowAttributes | None = None
    data_type_ids: Annotated[tuple[UUID, ...], Field(max_length=MAX_DATA_TYPES), AfterValidator(_once)] = ()
    proposal_type: Annotated[ProposalType, BeforeValidator(_type_name)]

    @classmethod
    def load(cls, raw: Any) -> Self:
        """Read a document as sent, or as stored. Raises FlowDefInvalid naming every wrong place."""
        _refuse_unbounded(raw)
        try:
            found = cls.model_validate(raw)
        except ValidationError as error:
            fields: dict[str, list[str]] = {}
            for item in error.errors(include_url=False, include_input=False):
                fields.setdefault(".".join(map(str, item["loc"])), []).append(_message(item))
            raise FlowDefInvalid(fields) from None
        if missing := found.missing():
            raise FlowDefInvalid(missing)
        return found

    def dump(self) -> dict[str, Any]:
        """JSON values for the column; ``load`` reads them back."""
        return self.model_dump(mode="json", by_alias=True)

    def missing(self) -> dict[str, list[str]]:
        """What this type of proposal needs beyond what every one needs."""
        found: dict[str, list[str]] = {}
        changes_one = self.proposal_type is not ProposalType.CREATE
        if changes_one:
            found |= {
                path: ["Name the flow that is to change."]
                for path, value in (("logicalFlowId", self.logical_flow_id), ("physicalFlowId", self.physical_flow_id))
                if value is None
            }
        elif self.physical_flow_id is not None:
            found["physicalFlowId"] = ["A flow that is to be created has no id yet."]
        if self.proposal_type is ProposalType.REMOVE:
            return found
        if self.flow_attributes is None:
            found["flowAttributes"] = ["Is required."]
        if not self.data_type_ids:
            found["dataTypeIds"] = ["Choose at least one data type."]
        return found | self._missing_of_specification()

    def _missing_of_specification(self) -> dict[str, list[str]]:
        spec = self.specification
        if spec is None:
            return {"specification": ["Is required."]}
        if spec.id is not None or self.proposal_type is not ProposalType.CREATE:
            return {}
        values = (("owningEntity", spec.owning_entity), ("name", spec.name), ("format", spec.format))
        return {
            f"specification.{name}": ["Is required for a new specification."] for name, value in values if not value
        }


def _refuse_unbounded(raw: Any) -> None:
    """Before anything walks it: an object, finite, shallow, of storable text and of a size that somebody could have meant."""
    if not isinstance(raw, Mapping):
        raise FlowDefInvalid({"": ["Send an object."]})
    if problems := _unstorable(raw, ""):
        raise FlowDefInvalid(problems)
    if len(json.dumps(raw, default=str)) > MAX_BYTES:
        raise FlowDefInvalid({"": [f"This is larger than {MAX_BYTES // 1024} kB."]})


def _unstorable(value: Any, path: str, depth: int = 0) -> dict[str, list[str]]:
    """Each place with a text or a number that cannot be kept. Deep documents are judged as a whole."""
    if depth < 4 and isinstance(value, Mapping):
        parts = [(str(key), item) for key, item in value.items()]
    elif depth < 4 and isinstance(value, Sequence) and not isinstance(value, str | bytes):
        parts = [(str(number), item) for number, item in enumerate(value[: MAX_DATA_TYPES + 1])]
    else:
        return _as_problem(value, path)
    found: dict[str, list[str]] = {}
    for name, item in parts:
        try:
            plain(name)
        except ValueError as error:
            return {path: [_sentence(f"a key {error}")]}
        found |= _unstorable(item, f"{path}.{name}".strip("."), depth + 1)
    return found


def _as_problem(value: Any, path: str) -> dict[str, list[str]]:
    try:
        storable(value)
    except ValueError as error:
        return {path: [_sentence(f"this {error}")]}
    return {}


_MESSAGES: Final = {
    "missing": "Is required.",
    "extra_forbidden": "Unknown key.",
    "uuid_parsing": "This is not an id.",
    "uuid_type": "This is not an id.",
    "string_type": "Give a text.",
    "int_type": "Give a whole number.",
    "string_too_short": "Is required.",
    "model_type": "Send an object.",
    "tuple_type": "Send a list.",
}


def _message(error: ErrorDetails) -> str:
    if error["type"] in _MESSAGES:
        return _MESSAGES[error["type"]]
    if error["type"] in {"too_long", "string_too_long"}:
        what = "values" if error["ctx"].get("field_type") == "Tuple" else "characters"
        return f"Use at most {error['ctx']['max_length']} {what}."
    return _sentence(error["msg"].removeprefix("Value error, "))


def _sentence(text: str) -> str:
    text = text.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
