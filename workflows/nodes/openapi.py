"""An operation of an OpenAPI description as a request: address, places of its arguments, and what must be given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from workflows.nodes.egress import METHODS

_METHODS: Final = tuple(method.lower() for method in METHODS)
MOST_REFERENCES: Final = 20


class DescriptionError(ValueError):
    """The description does not say enough to make the request; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    place: str
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `url` has `{name}` for arguments in the path; `takes_body` says whether it has a body."""

    method: str
    url: str
    arguments: tuple[Argument, ...]
    takes_body: bool
    needs_body: bool

    def problems(self, given: Mapping[str, Any], body: Any) -> Iterator[str]:
        """What is missing, and what it does not take."""
        known = {one.name for one in self.arguments}
        for one in self.arguments:
            if one.required and one.name not in given:
                yield f"The argument {one.name} is missing."
        for name in given:
            if name not in known:
                yield f"The operation has no argument {name}."
        if self.needs_body and body is None:
            yield "The operation needs a body."
        if body is not None and not self.takes_body:
            yield "The operation takes no body."

    def request(self, given: Mapping[str, str]) -> tuple[str, dict[str, str], dict[str, str]]:
        """Address, query and headers with the arguments in their places."""
        url, query, headers = self.url, dict[str, str](), dict[str, str]()
        for one in self.arguments:
            if one.name not in given:
                continue
            value = given[one.name]
            if one.place == "path":
                url = url.replace("{" + one.name + "}", quote(value, safe=""))
            elif one.place == "query":
                query[one.name] = value
            elif one.place == "header":
                headers[one.name] = value
        return url, query, headers


def operation_of(document: Mapping[str, Any], operation_id: str) -> Operation:
    """The operation of that id. Raises DescriptionError."""
    paths = document.get("paths")
    for path, item in (paths if isinstance(paths, Mapping) else {}).items():
        if not isinstance(item, Mapping):
            continue
        for method in _METHODS:
            found = item.get(method)
            if isinstance(found, Mapping) and found.get("operationId") == operation_id:
                return _operation(document, str(path), method.upper(), item, found)
    raise DescriptionError(f"The description has no operation {operation_id}.")


def _operation(
    document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any], found: Mapping[str, Any]
) -> Operation:
    servers = found.get("servers") or item.get("servers") or document.get("servers")
    base = servers[0].get("url") if isinstance(servers, list) and servers and isinstance(servers[0], Mapping) else None
    if not isinstance(base, str) or "{" in base:
        raise DescriptionError("The description names no server (servers.0.url) without variables.")
    arguments: dict[tuple[str, str], Argument] = {}
    for raw in [*_list(item.get("parameters")), *_list(found.get("parameters"))]:
        one = _resolved(document, raw)
        name, place = one.get("name"), one.get("in")
        if isinstance(name, str) and place in ("path", "query", "header"):
            arguments[name, place] = Argument(name, place, bool(one.get("required")))
    body = _resolved(document, found["requestBody"]) if isinstance(found.get("requestBody"), Mapping) else None
    if body is not None and not any("json" in str(kind) for kind in body.get("content") or ()):
        raise DescriptionError("Only bodies of JSON can be sent.")
    return Operation(
        method=method,
        url=base.rstrip("/") + path,
        arguments=tuple(arguments.values()),
        takes_body=body is not None,
        needs_body=bool(body and body.get("required")),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _resolved(document: Mapping[str, Any], part: Any) -> Mapping[str, Any]:
    """The part, or what its `$ref` inside the document says."""
    for _ in range(MOST_REFERENCES):
        if not isinstance(part, Mapping):
            raise DescriptionError("The description is malformed.")
        reference = part.get("$ref")
        if reference is None:
            return part
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise DescriptionError("References must stay inside the description.")
        part = document
        for name in reference[2:].split("/"):
            part = part.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(part, Mapping) else None
    raise DescriptionError("The description refers in a circle.")
