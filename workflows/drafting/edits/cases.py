"""Edits of cases. A case is put as a whole: it is one story, and two people who change it at once are told."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from workflows.drafting.edits.base import MAX_NAME, Document, Edit, EditFunction, EditRefused, Params, Sketch, text
from workflows.graph.cases import MAX_CASES, Case, cases_to_json
from workflows.graph.document import problem_message, problem_path

CASES: Final = "cases"
MAX_TEXT: Final = 200_000
GONE: Final = "There is no such case any more. Somebody may have renamed it."
TAKEN: Final = "Another case has this name. Choose a different one."


def case_put(document: Document, params: Params) -> Edit:
    """`case`: the whole of it, as an object or as JSON text; `was`: the name of the one that it replaces; `label`."""
    sketch = Sketch(document)
    case, was = _case(params), text(params, "was")
    names = _names(sketch)
    if was and was not in names:
        raise EditRefused({"was": [GONE]})
    if case["name"] != was and case["name"] in names:
        raise EditRefused({"name": [TAKEN]})
    if not was and len(names) >= MAX_CASES:
        raise EditRefused({"": [f"A workflow has at most {MAX_CASES} cases."]})
    index = names.index(was) if was else None
    if was and was != case["name"]:
        sketch.remove(CASES, was)
    sketch.put(case, CASES, case["name"], index=index)
    told = f"Change the case “{case['name']}”" if was else f"Add the case “{case['name']}”"
    return sketch.edit(text(params, "label") or told)


def case_remove(document: Document, params: Params) -> Edit:
    """`case`: its name."""
    sketch = Sketch(document)
    name = _known(sketch, params)
    sketch.remove(CASES, name)
    return sketch.edit(f"Remove the case “{name}”")


def case_duplicate(document: Document, params: Params) -> Edit:
    """`case`: its name. The copy stands behind it."""
    sketch = Sketch(document)
    name = _known(sketch, params)
    names = _names(sketch)
    if len(names) >= MAX_CASES:
        raise EditRefused({"": [f"A workflow has at most {MAX_CASES} cases."]})
    copy, number = f"{name[: MAX_NAME - 12]} (copy)", 2
    while copy in names:
        copy, number = f"{name[: MAX_NAME - 12]} (copy {number})", number + 1
    sketch.put({**sketch.get(CASES, name), "name": copy}, CASES, copy, index=names.index(name) + 1)
    return sketch.edit(f"Duplicate the case “{name}”")


def _case(params: Params) -> dict[str, Any]:
    """The case as it is stored. Raises EditRefused with every wrong place."""
    raw = params.get("case")
    if isinstance(raw, str):
        if len(raw) > MAX_TEXT:
            raise EditRefused({"case": ["This case is too long."]})
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise EditRefused({"case": ["This is not JSON."]}) from error
    try:
        return cases_to_json([Case.model_validate(raw)])[0]
    except ValidationError as error:
        wrong: dict[str, list[str]] = {}
        for item in error.errors():
            wrong.setdefault(problem_path(item["loc"]), []).append(problem_message(item["msg"]))
        raise EditRefused(wrong) from error


def _names(sketch: Sketch) -> list[str]:
    return [str(one.get("name")) for one in sketch.items(CASES)]


def _known(sketch: Sketch, params: Params) -> str:
    name = text(params, "case")
    if name not in _names(sketch):
        raise EditRefused({"case": [GONE]})
    return name


EDITS: Final[Mapping[str, EditFunction]] = {
    "case.put": case_put,
    "case.remove": case_remove,
    "case.duplicate": case_duplicate,
}
