"""Pages in an order that the address names."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from rest_framework import serializers as drf
from rest_framework.request import Request

from accounts.tenancy.pages import CursorPages, Order

ORDERING: Final = "ordering"


class KeysetPages(CursorPages):
    """``orders`` are the words of ``ordering`` with their columns; ``default`` is one of them, with a minus for downwards."""

    orders: ClassVar[Mapping[str, str]] = {"created": "id"}
    default: ClassVar[str] = "-created"

    def order(self, request: Request) -> Order:
        """Raises ValidationError for one that is not among them."""
        text = request.query_params.get(ORDERING) or self.default
        word = text.removeprefix("-")
        if word not in self.orders:
            raise drf.ValidationError({ORDERING: [f"Choose one of {', '.join(self.orders)}; a minus turns it round."]})
        return Order(word, self.orders[word], text.startswith("-"))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        if len(self.orders) > 1:
            words = [sign + word for word in self.orders for sign in ("", "-")]
            described = f"With a minus the other way round. `{self.default}` by default."
            schema = {"type": "string", "enum": words}
            parameters.append(
                {"name": ORDERING, "required": False, "in": "query", "description": described, "schema": schema}
            )
        return parameters
