"""The ``flow_def`` document in the description of the API, with an example of each type."""

from copy import deepcopy
from typing import Any, Final, Literal

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from flows.proposals.flow_def import MAX_BASIS_OFFSET, MAX_DATA_TYPES

_ID: Final = {"type": "string", "format": "uuid"}
_ID_OR_NULL: Final = {"type": ["string", "null"], "format": "uuid"}
KIND: Final[dict[str, Any]] = {"type": "string", "enum": ["APPLICATION", "ACTOR", "END_USER_APPLICATION"]}
_REF: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["kind", "id"],
    "properties": {
        "kind": KIND,
        "id": _ID,
        "name": {"type": "string"},
        "externalId": {"type": "string"},
    },
}


def _text(most: int, **more: Any) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": most, **more}


FLOW_DEF: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A command: the proposed change of one physical flow and what stands around it.",
    "required": ["source", "target", "reason", "proposalType"],
    "properties": {
        "source": _REF,
        "target": _REF,
        "reason": {
            "type": "object",
            "properties": {
                "ratingId": {**_ID_OR_NULL, "description": "One of `reasons/`, by id."},
                "code": _text(64, description="The same by code."),
                "description": _text(4_000),
            },
        },
        "logicalFlowId": {**_ID_OR_NULL, "description": "Left out for a creation between ends without a flow."},
        "physicalFlowId": {**_ID_OR_NULL, "description": "The flow to change or remove."},
        "specification": {
            "type": ["object", "null"],
            "description": "An existing one by `id`, or a new one.",
            "properties": {
                "id": _ID_OR_NULL,
                "owningEntity": {"anyOf": [_REF, {"type": "null"}]},
                "name": _text(255),
                "description": _text(4_000),
                "format": _text(64, description="A code of `enums/`."),
                "externalId": _text(120),
            },
        },
        "flowAttributes": {
            "type": ["object", "null"],
            "required": ["transport", "frequency"],
            "properties": {
                "name": _text(255),
                "transport": {"type": "string", "description": "A code of `enums/`, as the next one and criticality."},
                "frequency": {"type": "string"},
                "basisOffset": {"type": "integer", "minimum": -MAX_BASIS_OFFSET, "maximum": MAX_BASIS_OFFSET},
                "criticality": {"type": "string"},
                "description": _text(4_000),
                "externalId": _text(120),
            },
        },
        "dataTypeIds": {
            "type": "array",
            "items": _ID,
            "maxItems": MAX_DATA_TYPES,
            "description": "The complete set, not a difference.",
        },
        "proposalType": {
            "type": "string",
            "enum": ["CREATE", "UPDATE", "REMOVE", "EDIT", "DELETE"],
            "description": "EDIT is UPDATE and DELETE is REMOVE.",
        },
    },
}


class FlowDefSerializer(serializers.Serializer[Any]):
    """Stands for the document in the description; what is sent is read by ``flows.proposals.flow_def``."""


class FlowDefExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # registers itself
    target_class = FlowDefSerializer

    def map_serializer(self, auto_schema: AutoSchema, direction: Literal["request", "response"]) -> dict[str, Any]:
        # The description moves its lists of values elsewhere, in what it is given.
        found = deepcopy(FLOW_DEF)
        return found if direction == "response" else {**found, "additionalProperties": False}


_SOURCE: Final = {"kind": "APPLICATION", "id": "019a9c00-0000-7000-8000-000000000101"}
_TARGET: Final = {"kind": "APPLICATION", "id": "019a9c00-0000-7000-8000-000000000202"}
_ATTRIBUTES: Final[dict[str, Any]] = {
    "name": "orders-eod",
    "transport": "FILE_TRANSPORT",
    "frequency": "DAILY",
    "basisOffset": 0,
    "criticality": "MEDIUM",
    "description": "",
    "externalId": None,
}
_CREATION: Final[dict[str, Any]] = {
    "source": _SOURCE,
    "target": _TARGET,
    "reason": {"code": "NEW_REQUIREMENT", "description": "Agreed with the other team"},
    "logicalFlowId": None,
    "physicalFlowId": None,
    "specification": {
        "id": None,
        "owningEntity": _SOURCE,
        "name": "Daily orders file",
        "description": "",
        "format": "FLAT_FILE",
        "externalId": None,
    },
    "flowAttributes": _ATTRIBUTES,
    "dataTypeIds": ["019a9c00-0000-7000-8000-000000007001", "019a9c00-0000-7000-8000-000000007005"],
    "proposalType": "CREATE",
}
_EXISTING: Final[dict[str, Any]] = {
    "logicalFlowId": "019a9c00-0000-7000-8000-000000000301",
    "physicalFlowId": "019a9c00-0000-7000-8000-000000000401",
    "specification": {"id": "019a9c00-0000-7000-8000-000000000501"},
}
_UPDATE: Final = {
    **_CREATION,
    **_EXISTING,
    "flowAttributes": {**_ATTRIBUTES, "frequency": "INTRA_DAY"},
    "proposalType": "UPDATE",
}
_REMOVAL: Final = {
    "source": _SOURCE,
    "target": _TARGET,
    "reason": {"code": "DECOMMISSION"},
    **_EXISTING,
    "proposalType": "REMOVE",
}
EXAMPLES: Final = [
    OpenApiExample("A new logical and physical flow", value=_CREATION, request_only=True),
    OpenApiExample("A change of a physical flow", value=_UPDATE, request_only=True),
    OpenApiExample("A removal", value=_REMOVAL, request_only=True),
]
DECISION: Final = [OpenApiExample("A decision", value={"comment": "Fits", "version": 1}, request_only=True)]
