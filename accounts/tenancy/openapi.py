"""OpenAPI of the refusals that every operation shares."""

import re
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from accounts.tenancy.problems import PROBLEM

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable and dotted, such as task.complete.denied."},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "Messages by dotted field path.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "params": {"type": "object", "additionalProperties": True},
    },
}


class ProblemSchema(AutoSchema):
    """Adds the problem answers and the idempotency header to each operation."""

    def get_summary(self) -> str:
        """The first part of the description's first sentence."""
        words = " ".join(self.get_description().split())
        return re.split(r"[.:;](?: |$)", words)[0]

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST" or not self.view.authentication_classes:
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
                OpenApiParameter.HEADER,
                description="Up to 200 printable ASCII characters. A retry with the same key and body gets the first answer. "
                "Kept for seven days.",
            )
        ]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        expected = {"401": "No valid credentials.", "404": "Missing, or not for the caller."}
        if self.method != "GET":
            expected |= {"400": "Unreadable.", "403": "Not allowed.", "409": "Stale.", "422": "Invalid."}
        for code, text in (expected | {"default": "Any other refusal."}).items():
            bodies.setdefault(code, self._problem(text))
        return bodies

    def _map_basic_serializer(self, serializer: Any, direction: Literal["request", "response"]) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # untyped
        if getattr(serializer, "refuses_other_names", False) and schema.get("properties"):
            schema["additionalProperties"] = False
        return schema

    def _problem(self, description: str) -> dict[str, Any]:
        schema = ResolvedComponent.SCHEMA
        component = ResolvedComponent("Problem", schema, PROBLEM_SCHEMA, "Problem")  # type: ignore[no-untyped-call]  # untyped
        self.registry.register_on_missing(component)
        return {"description": description, "content": {PROBLEM: {"schema": component.ref}}}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    target_class = "accounts.authentication.TenantAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
