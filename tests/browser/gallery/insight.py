"""What tells about a workflow: its bottlenecks, its preferences, its cases and how one is recorded."""

from datetime import timedelta
from types import SimpleNamespace as Some
from typing import Any
from uuid import UUID

from django.utils.datastructures import MultiValueDict
from django.utils.safestring import mark_safe

from forms_builder.schema.sources import NoSources
from tests.browser.gallery.parts import ID, LEAVE, Page, ago, leave, tab
from workflows.case_forms import case_form, people_forms
from workflows.engine.definition import RunningDefinition
from workflows.graph.cases import Case
from workflows.graph.layout import Direction
from workflows.graph.paint import Painted
from workflows.graph.svg import graph_svg
from workflows.preference_forms import PreferencesForm, rule_forms
from workflows.selectors.bottlenecks import Bottlenecks, Figures, overlay
from workflows.selectors.preferences import Defaults, PreferenceChoices
from workflows.services.case_recording import Recording

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
FOUND = Bottlenecks(STEPS, WAYS, 5)
TABS = [tab("Requests"), tab("Bottlenecks", 0, True)]


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
        "graph_svg": _drawn(painted, Direction.RIGHT),
        "graph_svg_narrow": _drawn(painted, Direction.DOWN),
    }


def preferences() -> Page:
    ids = [str(UUID(int=number)) for number in range(4)]
    choices = PreferenceChoices(
        groups=[(ids[0], "HR")],
        owners=[(ids[0], "Omar Shaikh"), (ids[1], "Tess Holm")],
        departments=[(ids[0], "HR"), (ids[1], "Engineering")],
        designations=[(ids[2], "Lead (level 5)")],
        places=[(ids[3], "Pune, Maharashtra, IN")],
    )
    rules: Any = [
        Some(excludes=False, department_id=ids[1], designation_id=None, level_from=5, place_id=None),
        Some(excludes=True, department_id=ids[0], designation_id=None, level_from=None, place_id=ids[3]),
    ]
    facts = {"name": LEAVE.name, "description": LEAVE.description, "slug": "leave", "is_active": True, "group": ids[0]}
    return "workflows/preferences.html", {
        "definition": leave(),
        "form": PreferencesForm(initial=facts, choices=choices),
        "rules": rule_forms(rules, choices),
        "sentences": ["Everybody of level 5 and above in Engineering.", "Not: everybody in HR at Pune, Maharashtra, IN."],
        "reach": 14,
        "start_url": "https://acme.example/start/leave/",
        "draft_url": "#",
        "defaults": Defaults(
            3, True, "2d", "1d", "manager", False, (("manager", "The requester's manager", True),
            ("workflow_owner", "The owner of the workflow", False)), 1,
        ),
    }  # fmt: skip


def _running() -> RunningDefinition:
    return RunningDefinition.of(ID, LEAVE.graph.to_json(), LEAVE.form)


def _draft(case: Case) -> dict[str, Any]:
    version = Some(number=3, state="draft", revision=4)
    return {"draft": Some(version=version, revision=4), "definition": leave(), "case": case, "cases_url": "#"}


def _recording(case: Case) -> Recording:
    return Recording(case, _running(), NoSources(ago().date()))


def case_page() -> Page:
    case = LEAVE.cases[0].model_copy(update={"description": "The way it usually goes."})
    recording = _recording(case)
    return "workflows/design/case.html", {
        **_draft(case),
        "form": case_form(case, "Asia/Kolkata"),
        "people": people_forms(case.people),
        "result": recording.stage.result(),
        "record_url": "#",
        "json": "{}",
    }


def case_record() -> Page:
    case = LEAVE.cases[0].model_copy(update={"acts": LEAVE.cases[0].acts[:1]})
    recording = _recording(case)
    here = recording.waiting[0]
    form = recording.form(here.step, "ravi", MultiValueDict({"criticality": [""]}))
    return "workflows/design/case_record.html", {
        **_draft(case),
        "recording": recording,
        "result": recording.stage.result(),
        "edit_url": "#",
        "here": here,
        "by": "hema",
        "choices": recording.choices(here.step),
        "form": form,
        "errors": ["It waits for Ravi."],
        "place": "person",
    }


INSIGHT_PAGES = {
    "bottlenecks": bottlenecks,
    "preferences": preferences,
    "case": case_page,
    "case-record": case_record,
}
