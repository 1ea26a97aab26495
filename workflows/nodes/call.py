"""Call an API: by its address, or by an operation of its OpenAPI description."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlencode

import orjson
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from forms_builder.schema.parts import FreeJson, Part, plain, refuse_deep
from workflows.nodes.base import Done, NodeFailure, NodeKind, Work
from workflows.nodes.egress import Answer, Call
from workflows.nodes.openapi import DescriptionError, Operation, operation_of
from workflows.nodes.templating import as_text

Address = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(plain)]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,59}$")]
HeaderValue = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(plain)]
OURS: Final = frozenset(("host", "content-length", "transfer-encoding", "connection", "idempotency-key", "expect"))
SHOWN_BODY: Final = 200


class Described(Part):
    """An OpenAPI description with the operation to call, and its arguments by name."""

    document: dict[str, Any]
    operation: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    arguments: dict[str, FreeJson] = Field(default_factory=dict, max_length=100)


class CallParams(Part):
    """`url` and `method`, or `openapi`. Any text may hold `{{ secret.name }}`. `ok` are the answers that count as success.
    {{ record.approver }} is what is stored, an id, {{ shown.approver }} the name. In an address each value is one part of it,
    but for one that it begins with.

    Every call carries `Idempotency-Key`, the same one as long as nobody knows what became of the last attempt.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Address = ""
    openapi: Described | None = None
    query: dict[str, FreeJson] = Field(default_factory=dict, max_length=50)
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict, max_length=30)
    body: FreeJson = None
    follow_redirects: bool = False
    ok: tuple[Annotated[int, Field(ge=200, le=599)], ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.url) == (self.openapi is not None):
            raise ValueError("say one of url and openapi")
        if taken := [name for name in self.headers if name.lower() in OURS]:
            raise ValueError(f"the header {taken[0]} is set by the product")
        return self


class CallKind(NodeKind[CallParams]):
    kind = "call"
    label = "Call an API"
    params = CallParams
    speaks = True

    def problems(self, params: CallParams) -> Iterator[tuple[str, str]]:
        if params.openapi is None:
            if not params.url.startswith(("https://", "http://", "{{")):
                yield "url", "An address begins with https://."
            return
        try:
            operation = operation_of(params.openapi.document, params.openapi.operation)
        except DescriptionError as error:
            yield "openapi", str(error)
            return
        for text in operation.problems(params.openapi.arguments, params.body):
            yield "openapi.arguments", text

    def names(self, params: CallParams) -> Iterator[tuple[str, str]]:
        # The description itself is no template: examples in it may hold anything.
        described = params.openapi
        bare = params.model_copy(update={"openapi": None})
        yield from super().names(bare)
        if described is not None:
            inner = described.model_copy(update={"document": {}})
            yield from super().names(inner)  # type: ignore[arg-type]  # a part like any other

    def run(self, params: CallParams, work: Work) -> Done:
        answer = work.tools.call(self._call(params, work))
        accepted = answer.status in params.ok if params.ok else 200 <= answer.status < 300
        if not accepted:
            raise refusal(answer)
        return Done({"status": answer.status, "body": body_of(answer)})

    def _call(self, params: CallParams, work: Work) -> Call:
        query = {name: as_text(work.value(value)) for name, value in params.query.items()}
        headers = {name: work.text(value) for name, value in params.headers.items()}
        method, url = params.method, work.address(params.url)
        if params.openapi is not None:
            operation: Operation = operation_of(params.openapi.document, params.openapi.operation)
            given = {name: as_text(work.value(value)) for name, value in params.openapi.arguments.items()}
            url, more, described = operation.request(given)
            method, query, headers = operation.method, {**query, **more}, {**described, **headers}  # type: ignore[assignment]
        body = b""
        if params.body is not None:
            body = orjson.dumps(work.value(params.body), default=str)
            headers.setdefault("Content-Type", "application/json")
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        headers["Idempotency-Key"] = str(work.key)
        return Call(method, url, headers, body, follow=params.follow_redirects)


def body_of(answer: Answer) -> Any:
    """The body as JSON if it says that it is, else as text. Raises NodeFailure."""
    text = answer.body.decode("utf-8", "replace").replace("\0", "")
    if "json" not in answer.headers.get("content-type", ""):
        return text
    if not text.strip():
        return None
    try:
        found = json.loads(text, parse_constant=_no_number)
        refuse_deep(found)
    except (ValueError, RecursionError) as error:
        raise NodeFailure("The answer says that it is JSON, and is not.", again=False) from error
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def refusal(answer: Answer) -> NodeFailure:
    """What an answer that is no success comes to: trying again may help against 408, 425, 429 and 5xx."""
    again = answer.status in (408, 425, 429) or answer.status >= 500
    said = " ".join(answer.body[: SHOWN_BODY * 4].decode("utf-8", "replace").replace("\0", "").split())[:SHOWN_BODY]
    return NodeFailure(f"The answer was {answer.status}{f': {said}' if said else '.'}", again=again)
