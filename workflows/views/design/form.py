"""The tab Form: the canvas with its palette and settings, the matrix of fields and steps, all rules, and the preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.tenancy.hosts import parts_of_address
from forms_builder.design.canvas import Canvas, canvas_of, chosen_of
from forms_builder.design.controls import Scene
from forms_builder.design.kinds import Tab as SettingsTab
from forms_builder.design.kinds import palette
from forms_builder.design.logic import LogicRow, logic_of
from forms_builder.design.matrix import LEVELS, columns_of, matrix_of
from forms_builder.design.panel import Panel, panel_of
from forms_builder.schema.editing import fields
from forms_builder.sources import OrganisationSources
from workflows.drafting import form_fields
from workflows.drafting.edits.form_settings import PREFIX
from workflows.selectors.definition_page import steps_of
from workflows.selectors.form_design import scene_of, troubles_of
from workflows.selectors.form_preview import personas_of, preview_of
from workflows.views.base import Tab
from workflows.views.design.base import DesignTab, Desk
from workflows.views.design.form_preview import member_id
from workflows.views.design.form_rules import rules_of_panel

FRAMES: Final[Mapping[str, str]] = {"full": "Desktop", "tablet": "Tablet, 768 px", "phone": "Phone, 390 px"}
WIDTHS: Final = (
    (3, "A quarter"), (4, "A third"), (6, "A half"), (8, "Two thirds"), (9, "Three quarters"), (12, "The whole row"),
)  # fmt: skip
VIEWS: Final[Mapping[str, str]] = {
    "design": "Design",
    "matrix": "Fields and steps",
    "logic": "Logic",
    "preview": "Preview",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: of the page, or of the page that a form leads to."""

    view: str
    item: str
    settings: str
    rule: str
    removing: bool
    given: Mapping[str, Any]

    @classmethod
    def of(cls, desk: Desk) -> "Asked":
        given = desk.request.GET
        if desk.request.method == "POST":
            given = QueryDict(parts_of_address(desk.request.POST.get("next", "")).query)
        view = given.get("view", "")
        return cls(
            view if view in VIEWS else "design",
            given.get("item", "")[:200],
            given.get("set", "")[:20],
            given.get("rule", "")[:10],
            "remove" in given,
            given,
        )


def context(desk: Desk) -> Mapping[str, Any]:
    """What the open view needs, and the way between the views."""
    asked = Asked.of(desk)
    address = reverse("design", args=[desk.draft.definition.id])
    here = f"{address}?{urlencode({'tab': 'form', 'view': asked.view})}"
    views = [
        Tab(key, label, f"{address}?{urlencode({'tab': 'form', 'view': key})}", "", key == asked.view)
        for key, label in VIEWS.items()
    ]
    return {"views": views, "view": asked.view, "here": here, **_PARTS[asked.view](desk, asked, here)}


def _design(desk: Desk, asked: Asked, here: str) -> Mapping[str, Any]:
    draft = desk.draft
    raw = draft.document["form"]
    canvas = canvas_of(
        draft.form,
        raw,
        OrganisationSources(draft.actor),
        item=asked.item,
        url=f"{here}&item=",
        troubles=troubles_of(desk.problems),
    )
    panel = _panel(desk, asked, scene_of(draft.actor, raw))
    return {
        "canvas": canvas,
        "widths": WIDTHS,
        **rules_of_panel(desk, panel, asked.rule, here),
        "palette": palette(),
        "side": panel,
        "next_added": f"{here}&item={canvas.next_item}",
        "next_same": f"{here}&item={canvas.chosen.place(raw)}&set={panel.tab}",
        "item_url": f"{here}&item={canvas.chosen.item}",
        "removing": _removing(desk, canvas, asked.removing),
    }


def _panel(desk: Desk, asked: Asked, scene: Scene) -> Panel:
    raw = desk.draft.document["form"]
    refused = desk.refused
    mine = refused is not None and refused.edit == "form.set"
    return panel_of(
        raw,
        chosen_of(raw, asked.item),
        columns_of(steps_of(desk.draft.graph)),
        scene,
        tab=asked.settings,
        errors=refused.fields if refused is not None and mine else None,
        typed=_typed(refused.params) if refused is not None and mine else None,
    )


def _typed(params: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        key: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for key, value in params.items()
        if key.startswith(PREFIX)
    }


_SETS: Final[Mapping[str, SettingsTab]] = {
    "name": SettingsTab.FIELD,
    "label": SettingsTab.FIELD,
    "prefill": SettingsTab.FIELD,
    "default": SettingsTab.FIELD,
    "formula": SettingsTab.FIELD,
    "fills": SettingsTab.FIELD,
    "access": SettingsTab.STEPS,
    "default_access": SettingsTab.STEPS,
    "visible_when": SettingsTab.VISIBILITY,
    "choices": SettingsTab.CHOICES,
    "filter": SettingsTab.CHOICES,
    "columns": SettingsTab.CHOICES,
}


def query_of_field(name: str, attribute: Sequence[str]) -> str:
    """The query of the page on which an attribute of a field is changed."""
    tab = next(
        (_SETS[one] for one in attribute if one in _SETS), SettingsTab.VALIDATION if attribute else SettingsTab.FIELD
    )
    return f"?{urlencode({'tab': 'form', 'item': f'field:{name}', 'set': tab})}"


@dataclass(frozen=True, slots=True)
class Removing:
    """What speaks about the fields that are about to go; `asked` shows the question, `at_once` needs none."""

    readers: tuple[str, ...]
    fields: int
    asked: bool
    at_once: bool


def _removing(desk: Desk, canvas: Canvas, asked: bool) -> Removing:
    document = desk.draft.document
    gone = frozenset(canvas.fields)
    rules = fields.readers(document["form"], gone)
    labels = {field["name"]: field["label"] for field in document["form"]["fields"]}
    words = [f"{_READS[kind]} “{labels[name]}”" for name, kind in rules]
    readers = (*words, *form_fields.readers(document, gone)) if gone else ()
    at_once = not readers and not (canvas.is_container and gone)
    return Removing(readers, len(gone), asked and bool(canvas.chosen.item), at_once)


_READS: Final = {
    "visible_when": "When to show",
    "rules": "A rule of",
    "checks": "The comparison of",
    "settings": "The settings of",
}


def _matrix(desk: Desk, asked: Asked, here: str) -> Mapping[str, Any]:
    return {
        "matrix": matrix_of(desk.draft.document["form"], steps_of(desk.draft.graph)),
        "levels": list(LEVELS.items()),
    }


def _logic(desk: Desk, asked: Asked, here: str) -> Mapping[str, Any]:
    rows: list[LogicRow] = logic_of(desk.draft.form)
    return {"rows": rows, "design_url": here.replace("view=logic", "view=design")}


def _preview(desk: Desk, asked: Asked, here: str) -> Mapping[str, Any]:
    draft, given = desk.draft, asked.given
    preview = preview_of(draft, given.get("step", ""), member_id(given.get("as", "")))
    width = given.get("width", "")
    address = reverse("design_form_frame", args=[draft.definition.id])
    return {
        "steps": steps_of(draft.graph),
        "personas": personas_of(draft.actor),
        "step": preview.step,
        "persona": str(preview.persona.id),
        "width": width if width in FRAMES else "full",
        "widths": list(FRAMES.items()),
        "frame_url": f"{address}?{urlencode({'step': preview.step, 'as': preview.persona.id})}",
        "design_url": reverse("design", args=[draft.definition.id]),
    }


_PARTS: Final = {"design": _design, "matrix": _matrix, "logic": _logic, "preview": _preview}

TAB = DesignTab("form", "Form", "workflows/design/form.html", context)
