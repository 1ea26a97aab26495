"""The tab Cases and the pages of one case, as they usually are, refused, empty, and while nothing can be played."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace as Some
from typing import Any
from unittest.mock import patch

from django.utils.datastructures import MultiValueDict

from forms_builder.schema.sources import NoSources
from tests.browser.gallery.designers import desk
from tests.browser.gallery.parts import ID, LEAVE, Page, ago, leave
from workflows import policies
from workflows.case_forms import case_form, known_people, people_forms
from workflows.engine.definition import RunningDefinition
from workflows.graph.cases import Case
from workflows.graph.document import GraphDocument
from workflows.graph.personas import suggested_people
from workflows.services.case_recording import Done, Recording
from workflows.views.design import cases
from workflows.views.design.shell import frame

ZONE = "Asia/Kolkata"
LISTS = {"departments": [("ENG", "ENG (Engineering)"), ("HR", "HR")], "designations": [("Lead", "Lead")], "roles": []}
USUAL = LEAVE.cases[0]
REJECTED = {"outcome": "Rejected", "path": ("apply", "manager_review", "rejected")}
FAILING = USUAL.model_copy(update={"name": "HR says no in the end", "expect": USUAL.expect.model_copy(update=REJECTED)})
BY_HEMA = USUAL.acts[1].model_copy(update={"by": "hema"})
TOLD_BADLY = USUAL.model_copy(update={"name": "Hema decides first", "acts": (USUAL.acts[0], BY_HEMA)})
Made = Callable[[], Page]


def _tab(told: Sequence[Case], *, gate: bool = False, broken: bool = False) -> Made:
    """The tab with these cases; of a draft that cannot be played where something is broken."""

    def made() -> Page:
        document = LEAVE.model_copy(update={"cases": tuple(told)})
        if broken:
            document = document.model_copy(update={"graph": _broken()})
        at = desk(document=document, problems=BLOCKING if broken else ())
        with (
            patch.object(cases, "cases_gate", lambda organisation_id: gate),
            patch.object(policies.settings, "may", lambda actor, action: True),
        ):
            return "workflows/design/page.html", {**frame(at, "cases"), **cases.context(at)}

    return made


def _broken() -> GraphDocument:
    """Nobody is asked at HR review: such a draft is not played."""
    raw = LEAVE.graph.to_json()
    for step in raw["steps"]:
        if step["key"] == "hr_review":
            del step["assignee"]
    return GraphDocument.load(raw)


def _draft() -> dict[str, Any]:
    return {
        "draft": Some(version=Some(number=3, state="draft", revision=4), revision=4),
        "definition": leave(),
        "cases_url": "#",
    }


def _recording(case: Case) -> Recording:
    return Recording(case, RunningDefinition.of(ID, LEAVE.graph.to_json(), LEAVE.form), NoSources(ago().date()))


def _case(
    case: Case | None, posted: Mapping[str, str] | None = None, *, refused: Sequence[str] = (), playable: bool = True
) -> Made:
    """Its page, with what was typed and refused."""

    def made() -> Page:
        there = case.people if case else suggested_people(LEAVE.graph)
        form = case_form(case, ZONE, posted, known=known_people(there))
        form.is_valid()
        vars(form)["refused"] = refused
        people = people_forms(there)
        return "workflows/design/case.html", {
            **_draft(),
            "case": case,
            "form": form,
            "people": people,
            "lists": LISTS,
            "result": _recording(case).stage.result() if case and playable else None,
            "record_url": "#" if case and playable else "",
            "json": "{",
        }

    return made


def _record(acts: int, *, playable: bool = True, case: Case = USUAL) -> Made:
    """The recording after so many acts."""

    def made() -> Page:
        told = case.model_copy(update={"acts": case.acts[:acts]})
        told = told if case is TOLD_BADLY else _recording(told).expecting()
        recording = _recording(told) if playable else None
        context = {
            **_draft(),
            "case": told,
            "recording": recording,
            "done": None,
            "errors": [],
            "place": "",
            "edit_url": "#",
        }
        context["result"] = recording.stage.result() if recording else None
        if recording is not None and recording.waiting and not recording.broken:
            here = recording.waiting[0]
            by = here.people[0].key if here.people else told.requester
            context |= {"here": here, "by": by, "choices": recording.choices(here.step)}
            context["form"] = recording.form(here.step, by, None)
        return "workflows/design/case_record.html", context

    return made


def record_refused() -> Page:
    """Somebody decides who is not asked: a case can keep that as what must happen."""
    case = USUAL.model_copy(update={"acts": USUAL.acts[:1]})
    recording = _recording(case)
    here, posted = recording.waiting[0], MultiValueDict({"criticality": [""]})
    done = Done(step=here.step, by="hema", transition="HR review", posted=posted)
    return "workflows/design/case_record.html", {
        **_draft(),
        "case": case,
        "recording": recording,
        "result": recording.stage.result(),
        "edit_url": "#",
        "here": here,
        "by": "hema",
        "done": done,
        "choices": recording.choices(here.step),
        "form": recording.form(here.step, "hema", posted),
        "errors": ["It waits for Ravi."],
        "place": "person",
    }


BLOCKING = [
    {
        "code": "no-assignee", "at": "graph/steps/hr_review", "level": "blocks", "fix": "",
        "message": "Nobody is asked at “HR review”.", "hint": "Say by a rule who is asked.",
    }
]  # fmt: skip

CASE_PAGES: dict[str, Made] = {
    "cases": _tab(LEAVE.cases),
    "cases-failing": _tab((USUAL, FAILING, TOLD_BADLY), gate=True),
    "cases-none": _tab(()),
    "cases-waiting": _tab(LEAVE.cases[:2], broken=True),
    "case-new": _case(None),
    "case-new-refused": _case(None, {"name": "", "at": "soon"}),
    "case": _case(USUAL.model_copy(update={"description": "The way it usually goes."})),
    "case-failing": _case(FAILING),
    "case-refused": _case(USUAL, refused=["json: This is not JSON: Expecting a name at line 1."]),
    "case-waiting": _case(USUAL, playable=False),
    "case-record": _record(1),
    "case-record-begin": _record(0),
    "case-record-refused": record_refused,
    "case-record-over": _record(9),
    "case-record-broken": _record(9, case=TOLD_BADLY),
    "case-record-waiting": _record(1, playable=False),
}
