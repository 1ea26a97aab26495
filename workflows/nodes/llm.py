"""Ask a language model, at any endpoint that speaks the chat completions of OpenAI. Off by default."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field, StringConstraints

from forms_builder.schema.parts import FreeJson, Part, plain
from workflows.nodes.base import Done, NodeFailure, NodeKind, Work
from workflows.nodes.call import Address, body_of, refusal
from workflows.nodes.egress import Call

Prompt = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(plain)]


class LlmParams(Part):
    """`endpoint` is the address before /chat/completions; `key` usually {{ secret.name }}. With `schema` the answer is
    JSON of that schema, and its parts can be saved into fields. {{ record.approver }} is what is stored, an id,
    {{ shown.approver }} the name."""

    endpoint: Address
    key: Prompt = ""
    model: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    system: Prompt = ""
    prompt: Prompt
    answer_schema: dict[str, FreeJson] | None = Field(default=None, alias="schema")
    temperature: float = Field(default=0, ge=0, le=2)
    max_tokens: int = Field(default=1_000, ge=1, le=16_000)


class Llm(NodeKind[LlmParams]):
    kind = "llm"
    label = "Ask a language model"
    params = LlmParams
    speaks = True
    setting = "NODES_LLM"

    def problems(self, params: LlmParams) -> Iterator[tuple[str, str]]:
        if not params.endpoint.startswith(("https://", "http://")):
            yield "endpoint", "An address begins with https://."

    def run(self, params: LlmParams, work: Work) -> Done:
        messages = [{"role": "system", "content": work.text(params.system)}] if params.system else []
        messages.append({"role": "user", "content": work.text(params.prompt)})
        body: dict[str, Any] = {
            "model": params.model,
            "messages": messages,
            "temperature": params.temperature,
            "max_tokens": params.max_tokens,
        }
        if params.answer_schema is not None:
            described = {"name": "answer", "schema": params.answer_schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": described}
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(work.key)}
        if params.key:
            headers["Authorization"] = f"Bearer {work.text(params.key)}"
        url = f"{work.address(params.endpoint).rstrip('/')}/chat/completions"
        answer = work.tools.call(Call("POST", url, headers, orjson.dumps(body)))
        if answer.status != 200:
            raise refusal(answer)
        return Done(_said(body_of(answer), as_json=params.answer_schema is not None))


def _said(found: Any, *, as_json: bool) -> dict[str, Any]:
    try:
        choice = found["choices"][0]
        text = choice["message"]["content"]
    except (LookupError, TypeError) as error:
        raise NodeFailure("The model's answer has no choices.0.message.content.") from error
    if not isinstance(text, str):
        raise NodeFailure("The model has answered without a text.")
    kept: dict[str, Any] = {"text": text, "finish": choice.get("finish_reason"), "usage": found.get("usage")}
    if as_json:
        try:
            kept["answer"] = json.loads(text)
        except ValueError as error:
            raise NodeFailure("The model's answer is no JSON.") from error
    return kept
