"""What an automatic step may do, for whoever draws one: every kind, and every saved task, with the settings that each takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from workflows.graph.automation import SAVED, Link, Parameter
from workflows.graph.saved import at
from workflows.nodes.base import NodeKind
from workflows.nodes.registry import KINDS
from workflows.selectors.saved_tasks import SavedTask, saved_tasks


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as a form asks for it. ``schema`` is the JSON Schema of its value, ``default`` what holds where nothing is
    said. ``name`` is its key in ``node.params``."""

    name: str
    label: str
    help: str
    required: bool
    schema: Mapping[str, Any]
    default: Any = None


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One thing that a step may do. ``node`` is the `node` part to begin with.

    ``key`` is the kind, or the key of the saved task. ``off`` says why it cannot run here, empty where it can.
    """

    key: str
    label: str
    description: str
    node: Mapping[str, Any]
    settings: tuple[Setting, ...]
    links: tuple[str, ...] = ()
    """What a saved task does in a row, in words."""
    is_saved: bool = False
    is_shipped: bool = False
    edition: int = 0
    id: UUID | None = None
    off: str = ""


@dataclass(frozen=True, slots=True)
class Palette:
    kinds: tuple[PaletteEntry, ...]
    saved: tuple[PaletteEntry, ...]

    def entry(self, node: Mapping[str, Any]) -> PaletteEntry | None:
        """The entry that a `node` part of a document is of, None where there is none any more."""
        if node.get("kind") == SAVED:
            return next((one for one in self.saved if one.key == node.get("task")), None)
        return next((one for one in self.kinds if one.key == node.get("kind")), None)


def palette_of(organisation_id: UUID) -> Palette:
    """Kinds by label, then saved tasks, the organisation's own first. One query."""
    return Palette(kind_entries(), tuple(map(_of_task, saved_tasks(organisation_id))))


def kind_entries() -> tuple[PaletteEntry, ...]:
    """Every kind by label."""
    return tuple(map(_of_kind, sorted(KINDS.values(), key=lambda one: one.label)))


def _of_kind(kind: NodeKind[Any]) -> PaletteEntry:
    schema = kind.params.model_json_schema(by_alias=True)
    required = schema.get("required", ())
    found = tuple(
        Setting(name, _words(name), "", name in required, {**one, "$defs": schema.get("$defs", {})}, one.get("default"))
        for name, one in schema.get("properties", {}).items()
    )
    doc = " ".join((kind.params.__doc__ or "").split()) if kind.params.__doc__ else ""
    return PaletteEntry(kind.kind, kind.label, doc, {"kind": kind.kind}, found, off=_off(kind))


def _of_task(task: SavedTask) -> PaletteEntry:
    links = {link.key: link for link in task.content.links}
    return PaletteEntry(
        key=task.key,
        label=task.name,
        description=task.description,
        node={"kind": SAVED, "task": task.key},
        settings=tuple(_setting(one, links[one.link]) for one in task.content.parameters if one.link in links),
        links=tuple(link.name or _label(link) for link in task.content.links),
        is_saved=True,
        is_shipped=task.id is None,
        edition=task.content.edition,
        id=task.id,
        off=next((why for link in task.content.links if link.kind in KINDS and (why := _off(KINDS[link.kind]))), ""),
    )


def _setting(one: Parameter, link: Link) -> Setting:
    kind = KINDS.get(link.kind)
    schema = schema_at(kind.params.model_json_schema(by_alias=True), one.path) if kind else {}
    return Setting(one.name, one.label, one.help, one.required, schema, at(link.params, one.path))


def schema_at(schema: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The JSON Schema of a place in settings, ``{}`` (anything) where it does not say; `$defs` stay with it."""
    defs = schema.get("$defs", {})
    here: Mapping[str, Any] = schema
    for part in path.split("."):
        here = _resolved(here, defs)
        if part.isdecimal() and isinstance(here.get("items"), Mapping):
            here = here["items"]
        else:
            # A dictionary says what its values are under one of two names: whether its keys have a pattern decides which.
            more = (here.get("additionalProperties"), *here.get("patternProperties", {}).values())
            here = here.get("properties", {}).get(part) or next((one for one in more if isinstance(one, Mapping)), {})
    return {**_resolved(here, defs), "$defs": defs}


def _resolved(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    """Without the reference, and of "this or nothing" the this."""
    for one in (schema, *schema.get("anyOf", ())):
        if "$ref" in one:
            return {**defs.get(str(one["$ref"]).rpartition("/")[2], {}), "title": schema.get("title", "")}
        if "anyOf" in schema and one is not schema and one.get("type") != "null":
            return {**one, "title": schema.get("title", "")}
    return dict(schema)


def _off(kind: NodeKind[Any]) -> str:
    if not kind.setting or getattr(settings, kind.setting):
        return ""
    return f"Switched off in this installation ({kind.setting})."


def _label(link: Link) -> str:
    kind = KINDS.get(link.kind)
    return kind.label if kind else link.kind


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
