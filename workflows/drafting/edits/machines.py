"""Edits of what a machine does at a step: the kind of work and its settings, how it is tried, who is told."""

import re
from collections.abc import Mapping
from typing import Any, Final

from forms_builder.schema.parts import NAME_PATTERN
from workflows.drafting.edits.base import (
    Document,
    Edit,
    EditFunction,
    EditRefused,
    Params,
    Sketch,
    json_of,
    long_text,
    text,
    texts,
)
from workflows.drafting.edits.graph import STEPS, step_of
from workflows.drafting.edits.settings import one_of, whole
from workflows.drafting.places import MISSING
from workflows.graph.automation import LONGEST_ATTEMPT, Backoff, Occasion

MOST_ROWS: Final = 50
_NAME: Final = re.compile(NAME_PATTERN)
_RECIPIENT: Final = re.compile(r"owner|requester|stakeholders|admins|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def node_choose(document: Document, params: Params) -> Edit:
    """`step`; `kind`, or `saved:<key>` for a saved task. The settings begin anew; how it is tried and who is told stays."""
    sketch, step, own = _auto(document, params)
    kind, _, task = text(params, "kind", required="Choose what is to be done.").partition(":")
    now = sketch.get(*own, default={})
    if (now.get("kind"), now.get("task") or "") != (kind, task):
        kept = {name: now[name] for name in ("retry", "timeout", "on_failure", "save_as", "notices") if name in now}
        sketch.put({"kind": kind} | ({"task": task} if task else {}) | kept, *own)
    return sketch.edit(f"What “{step.get('name')}” does")


def node_params(document: Document, params: Params) -> Edit:
    """`step`; `params`: the settings as JSON data."""
    sketch, step, own = _work(document, params)
    found = json_of(params.get("params"))
    if not isinstance(found, Mapping):
        raise EditRefused({"params": ["Send the settings."]})
    sketch.put(dict(found), *own, "params", default={})
    return sketch.edit(f"Settings of the work at “{step.get('name')}”")


def node_run(document: Document, params: Params) -> Edit:
    """`step`; `timeout`, `retry.count`, `retry.interval`, `retry.backoff`; `on_failure`: a way; `save_as`; what goes into the
    form: `save.<n>.field`, `save.<n>.path`."""
    sketch, step, own = _work(document, params)
    sketch.put(whole(params, "timeout", 1, LONGEST_ATTEMPT, 60), *own, "timeout", default=60)
    sketch.put(whole(params, "retry.count", 0, 20, 0), *own, "retry", "count", default=0)
    sketch.put(whole(params, "retry.interval", 1, 86_400, 30), *own, "retry", "interval", default=30)
    sketch.put(one_of(params, "retry.backoff", list(Backoff), "fixed"), *own, "retry", "backoff", default="fixed")
    if sketch.get(*own, "retry") == {}:
        sketch.remove(*own, "retry")
    sketch.put(text(params, "on_failure"), *own, "on_failure", default="")
    name = text(params, "save_as")
    if name and not _NAME.fullmatch(name):
        raise EditRefused({"save_as": ["Use small letters, digits and _, beginning with a letter."]})
    sketch.put(name or MISSING, *own, "save_as")
    sketch.put(_saved(params), *own, "save", default={})
    return sketch.edit(f"How “{step.get('name')}” is done")


def node_notices(document: Document, params: Params) -> Edit:
    """`step`; `notices.<n>.on`, `.to` (owner, requester, stakeholders, admins or people), `.text`; without `on` it goes."""
    sketch, step, own = _work(document, params)
    found = []
    for row in range(20):
        occasion = one_of(params, f"notices.{row}.on", ["", *Occasion], "")
        if occasion:
            found.append(_notice(params, f"notices.{row}", occasion))
    sketch.put(found, *own, "notices", default=[])
    return sketch.edit(f"Who is told of “{step.get('name')}”")


def _notice(params: Params, name: str, occasion: str) -> dict[str, Any]:
    to, words = texts(params, f"{name}.to"), long_text(params, f"{name}.text")
    if not all(_RECIPIENT.fullmatch(one) for one in to) or len(to) > 20:
        raise EditRefused({f"{name}.to": ["Choose people of the list."]})
    return {"on": occasion} | ({"to": to} if to else {}) | ({"text": words} if words else {})


def _saved(params: Params) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in range(MOST_ROWS):
        field, path = text(params, f"save.{row}.field"), text(params, f"save.{row}.path", most=200)
        if field and not path:
            raise EditRefused({f"save.{row}.path": ["Say which part of the answer, for example body.rate."]})
        if field:
            found[field] = path
    return found


def _auto(document: Document, params: Params) -> tuple[Sketch, dict[str, Any], tuple[str, ...]]:
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    if step.get("kind") != "auto":
        raise EditRefused({"step": ["Make it an automatic step first."]})
    return sketch, step, (*STEPS, str(step["key"]), "node")


def _work(document: Document, params: Params) -> tuple[Sketch, dict[str, Any], tuple[str, ...]]:
    sketch, step, own = _auto(document, params)
    if not isinstance(sketch.get(*own), Mapping):
        raise EditRefused({"kind": ["Choose what is to be done first."]})
    return sketch, step, own


EDITS: Final[Mapping[str, EditFunction]] = {
    "node.choose": node_choose,
    "node.params": node_params,
    "node.run": node_run,
    "node.notices": node_notices,
}
