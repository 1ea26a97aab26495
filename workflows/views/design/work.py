"""What the panel shows of a machine's work."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.urls import reverse
from pydantic import ValidationError

from workflows.drafting.param_form import ParamControl, control
from workflows.graph.automation import SAVED, Backoff, Occasion
from workflows.graph.document import problem_message, problem_path
from workflows.nodes.registry import KINDS
from workflows.selectors.drafts import Draft
from workflows.selectors.palette import PaletteEntry, Setting, palette_of
from workflows.selectors.rule_desk import people_choices
from workflows.services.node_trial import sample_paths
from workflows.services.saved_trial import saved_paths
from workflows.views.design.panel import options

OCCASIONS: Final[Mapping[Occasion, str]] = {
    Occasion.COMPLETION: "when it is done",
    Occasion.RETRY: "when it is tried again",
    Occasion.TIMEOUT: "when the time is up",
    Occasion.FAILURE: "when it has failed",
}
BACKOFFS: Final[Mapping[Backoff, str]] = {
    Backoff.FIXED: "always as long",
    Backoff.EXPONENTIAL: "twice as long each time",
}
_LABELS: Final[Mapping[str, str]] = {
    "url": "Address",
    "openapi": "OpenAPI description",
    "ok": "Answers that count as success",
    "sql": "SQL",
    "most": "Rows at most",
    "into": "File field",
    "for": "So long by the clock",
    "business": "So long in working time",
    "until": "Until a day or moment",
}
TOLD: Final = (
    ("owner", "Workflow owner"),
    ("requester", "Requester"),
    ("stakeholders", "Stakeholders"),
    ("admins", "Administrators"),
)


def node_facts(draft: Draft, step: Mapping[str, Any]) -> dict[str, Any]:
    """What the panel of an automatic step is given besides the step itself."""
    node: Mapping[str, Any] = step.get("node") or {}
    palette = palette_of(draft.definition.organisation_id)
    entry, params = palette.entry(node), node.get("params", {})
    retry = node.get("retry", {})
    fields = [
        (str(one["name"]), str(one.get("label", one["name"]))) for one in draft.document["form"].get("fields", ())
    ]
    notices = [*node.get("notices", ()), {}]
    people = people_choices(draft.definition.organisation_id)
    address = reverse("design_node", args=[draft.definition.id])
    return {
        "node": node,
        "node_kinds": [(one.key, one.label) for one in palette.kinds],
        "node_saved": [(f"{SAVED}:{one.key}", one.label) for one in palette.saved],
        "node_chosen": f"{SAVED}:{node.get('task')}" if node.get("kind") == SAVED else node.get("kind", ""),
        "node_url": f"{address}?place=graph/steps/{step['key']}",
        "node_run": {
            "timeout": node.get("timeout", 60),
            "count": retry.get("count", 0),
            "interval": retry.get("interval", 30),
            "backoff": retry.get("backoff", "fixed"),
            "backoffs": options(BACKOFFS),
            "on_failure": node.get("on_failure", ""),
            "save_as": node.get("save_as") or "",
            "save": [*node.get("save", {}).items(), ("", "")],
            "fields": fields,
        },
        "node_notices": [(one.get("on", ""), one.get("to", ()), one.get("text", "")) for one in notices],
        "occasions": options(OCCASIONS),
        "told": [*TOLD, *people],
        **work_facts(entry, params, {}, paths_of(draft, entry, node, params) if entry else []),
    }


def paths_of(draft: Draft, entry: PaletteEntry, node: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """The placeholders that a sample fills in."""
    return saved_paths(draft, node, params) if entry.is_saved else sample_paths(entry.key, params)


def work_facts(
    entry: PaletteEntry | None, params: Mapping[str, Any], sample: Mapping[str, Any], paths: Sequence[str]
) -> dict[str, Any]:
    """The settings of the work as controls with what is wrong with them, and what a trial needs."""
    if entry is None:
        return {"node_entry": None, "node_controls": [], "node_sample": []}
    wrong = errors_of(entry, params)
    controls = [_control(one, params, wrong) for one in entry.settings]
    names = {one.name for one in controls}
    return {
        "node_entry": entry,
        "node_doc": entry.description.replace("`", ""),
        "node_controls": controls,
        "node_wrong": [text for path, text in wrong if path.partition(".")[0] not in names],
        "node_sample": [(path, "" if sample.get(path) is None else sample[path]) for path in paths],
    }


def _control(one: Setting, params: Mapping[str, Any], wrong: list[tuple[str, str]]) -> ParamControl:
    label = _LABELS.get(one.name, one.label)
    found = control(one.name, label, one.schema, params.get(one.name, one.default), required=one.required)
    errors = tuple(text for path, text in wrong if path.partition(".")[0] == one.name)
    return replace(found, help=one.help, errors=errors)


def errors_of(entry: PaletteEntry, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with the settings: path and sentence. Nothing is told of settings that nobody has filled in yet."""
    if not params:
        return []
    if entry.is_saved:
        empty: tuple[Any, ...] = (None, "", [], {})
        return [(one.name, "Fill it in.") for one in entry.settings if one.required and params.get(one.name) in empty]
    kind = KINDS[entry.key]
    try:
        found = kind.params.model_validate(dict(params))
    except ValidationError as error:
        return [(problem_path(one["loc"]), problem_message(one["msg"])) for one in error.errors()]
    return list(kind.problems(found))
