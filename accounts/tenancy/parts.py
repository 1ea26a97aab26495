"""The parts that every REST view is made of: who may enter, how input is parsed."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework import exceptions, parsers, permissions
from rest_framework.request import Request

from accounts.tenancy.hygiene import is_unclean

MAX_DEPTH = 32
MAX_DIGITS = 32


class StrictJSONParser(parsers.JSONParser):
    """JSON that the product can keep, of every REST request."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return strict_json(stream.read())
        except ValueError as error:
            raise exceptions.ParseError(f"The body is not acceptable JSON: {error}") from error


def strict_json(raw: bytes) -> Any:
    """RFC 8259 without NaN, repeated keys, NUL, lone surrogates or deep nesting. Raises ValueError, in words."""
    try:
        document = json.loads(
            raw.decode("utf-8"), parse_int=_whole, parse_constant=_no_constant, object_pairs_hook=_unique_keys
        )
        _check(document)
    except RecursionError:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels") from None
    return document


def _whole(digits: str) -> int:
    # Python itself refuses more than 4,300 digits, in words about its own settings.
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number is too large")
    return int(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated in one object")
    return found


def _check(document: Any) -> None:
    layer, depth = [document], 0
    while layer:
        depth += 1
        if depth > MAX_DEPTH:
            raise RecursionError
        below: list[Any] = []
        for node in layer:
            if isinstance(node, dict):
                below += [*node, *node.values()]
            elif isinstance(node, list):
                below += node
            elif isinstance(node, str) and is_unclean(node):
                raise ValueError("a text holds a NUL byte or a lone surrogate")
            elif isinstance(node, int | float) and not -1e30 < node < 1e30:
                raise ValueError("a number is too large")
        layer = below


class MemberOnly(permissions.BasePermission):
    """A signed-in member of an organisation; what they may do there, policies decide."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return getattr(request._request, "membership", None) is not None
