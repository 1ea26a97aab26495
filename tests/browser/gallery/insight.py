"""What tells about a workflow: its bottlenecks and its preferences; and how one is added."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace as Some
from typing import Any
from uuid import UUID

from django.utils.safestring import mark_safe

from tests.browser.gallery.parts import LEAVE, Page, leave, tab
from workflows.filters import WhatIf
from workflows.forms import ImportForm
from workflows.graph.layout import Direction
from workflows.graph.paint import Painted
from workflows.graph.svg import graph_svg
from workflows.preference_forms import PreferencesForm, rule_forms
from workflows.selectors.bottlenecks import Bottlenecks, Figures, overlay
from workflows.selectors.preferences import Defaults, PreferenceChoices
from workflows.views.adding import NewForm

HOUR = timedelta(hours=1)


def _figures(step: str, name: str, count: int, still: int, again: int, hours: tuple[float, ...]) -> Figures:
    told = [(hours[row] * HOUR, hours[row + 1] * HOUR) for row in (0, 2, 4)] if hours else []
    spans = told or (None, None, None)
    return Figures(step, name, step, name, count, still, again, 0 if step == "apply" else count, *spans)


def _way(step: str, source: str, key: str, name: str, count: int, hours: tuple[float, ...]) -> Figures:
    one = _figures(step, name, count, 0, 2, hours)
    return Figures(step, source, key, name, count, 0, 2, one.timed, one.waiting, one.working, one.lasting)


STEPS = (
    _figures("apply", "Apply", 58, 0, 3, ()),
    _figures("manager_review", "Manager review", 51, 9, 6, (9, 31, 0.5, 2, 9.5, 32)),
    _figures("hr_review", "HR review", 44, 5, 0, (20, 55, 3, 8, 26, 60)),
)
WAYS = (
    _way("apply", "Apply", "apply_to_manager", "Manager review", 58, ()),
    _way("manager_review", "Manager review", "manager_to_hr", "HR review", 44, (9, 30, 0.5, 2, 9.5, 31)),
    _way("manager_review", "Manager review", "manager_returns", "Apply", 3, ()),
    _way("hr_review", "HR review", "hr_approves", "Approved", 41, (20, 52, 3, 8, 26, 58)),
)
QUICKER = replace(STEPS[1], fastest=(3 * HOUR, 10 * HOUR)), replace(STEPS[2], fastest=(11 * HOUR, 27 * HOUR))
FOUND = Bottlenecks((STEPS[0], *QUICKER), WAYS, 5, any_of=3)
TABS = [tab("Requests"), tab("Bottlenecks", 0, True)]


IDS = [str(UUID(int=number)) for number in range(4)]
CHOICES = PreferenceChoices(
    groups=[(IDS[0], "HR")],
    owners=[(IDS[0], "Omar Shaikh"), (IDS[1], "Tess Holm")],
    departments=[(IDS[0], "HR"), (IDS[1], "Engineering")],
    designations=[(IDS[2], "Lead (level 5)")],
    places=[(IDS[3], "Pune, Maharashtra, IN")],
)


def _drawn(painted: Any, direction: Direction) -> str:
    ident = f"figures-{direction.value}"
    made = graph_svg(LEAVE.graph, title="Figures", ident=ident, direction=direction, paint=Painted.of(painted))
    return mark_safe(made)


def bottlenecks() -> Page:
    painted = overlay(FOUND)
    return "workflows/bottlenecks.html", {
        "definition": leave(),
        "tabs": TABS,
        "period": "Requests started from 23 Oct 2026 to 21 Nov 2026",
        "found": FOUND,
        "what_if": WhatIf({"any_of": "3"}),
        "graph_svg": _drawn(painted, Direction.RIGHT),
        "graph_svg_narrow": _drawn(painted, Direction.DOWN),
    }


def preferences() -> Page:
    ids = IDS
    rules: Any = [
        Some(excludes=False, department_id=ids[1], designation_id=None, level_from=5, place_id=None),
        Some(excludes=True, department_id=ids[0], designation_id=None, level_from=None, place_id=ids[3]),
    ]
    facts = {"name": LEAVE.name, "description": LEAVE.description, "slug": "leave", "is_active": True, "group": ids[0]}
    return "workflows/preferences.html", {
        "definition": leave(),
        "form": PreferencesForm(initial=facts, choices=CHOICES),
        "rules": rule_forms(rules, CHOICES),
        "sentences": ["Everybody of level 5 and above in Engineering.", "Not: everybody in HR at Pune, Maharashtra, IN."],
        "reach": 14,
        "can_be_started": True,
        "start_url": "https://acme.example/start/leave/",
        "draft_url": "#",
        "defaults": Defaults(
            3, True, "2d", "1d", "manager", False, (("manager", "The requester's manager", True),
            ("workflow_owner", "The owner of the workflow", False)), 1,
        ),
    }  # fmt: skip


def bottlenecks_empty() -> Page:
    template, context = bottlenecks()
    return template, {**context, "found": Bottlenecks((), (), 5), "graph_svg": "", "graph_svg_narrow": ""}


def preferences_refused() -> Page:
    """An address that is taken, a level that is none, and what somebody else saved meanwhile."""
    template, context = preferences()
    shown, rules = context["form"], context["rules"]
    posted = {**shown.initial, "name": "", "slug": "Leave it!", "owner": ""}
    form = PreferencesForm(posted, choices=CHOICES)
    form.is_valid()
    form.add_error(None, "Somebody else saved these preferences meanwhile. Load the page again.")
    lines = {"start-TOTAL_FORMS": "1", "start-INITIAL_FORMS": "0", "start-0-level_from": "many", "start-0-excludes": ""}
    posted_rules = rule_forms((), CHOICES, {key.replace("start", rules.prefix): value for key, value in lines.items()})
    posted_rules.is_valid()
    return template, {**context, "form": form, "rules": posted_rules}


def preferences_plain() -> Page:
    """Everybody may start it, and there is no draft yet."""
    template, context = preferences()
    told = (("manager", "The requester's manager", False), ("workflow_owner", "The owner of the workflow", False))
    defaults = Defaults(2, False, "", "", "none", False, told, 0)
    return template, {**context, "rules": rule_forms((), CHOICES), "sentences": [], "reach": 1, "defaults": defaults}


def new(posted: dict[str, str] | None = None) -> Callable[[], Page]:
    def made() -> Page:
        form = NewForm(posted)
        form.is_valid()
        return "workflows/new.html", {"form": form}

    return made


def definition_import() -> Page:
    form = ImportForm({"text": "{"})
    form.is_valid()
    form.add_error(None, "graph.steps: a workflow has exactly one start.")
    return "workflows/import.html", {"form": form}


def design_none() -> Page:
    return "workflows/design/none.html", {"definition": leave()}


INSIGHT_PAGES: dict[str, Callable[[], Page]] = {
    "bottlenecks": bottlenecks,
    "preferences": preferences,
    "bottlenecks-empty": bottlenecks_empty,
    "preferences-refused": preferences_refused,
    "preferences-plain": preferences_plain,
    "new": new(),
    "new-refused": new({"name": ""}),
    "definition-import": definition_import,
    "design-none": design_none,
}
