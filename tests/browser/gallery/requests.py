"""A request in the eyes of HR, of the manager and after its end."""

from datetime import timedelta
from types import SimpleNamespace as Some
from typing import Any

from django.utils import timezone

from tests.browser.gallery.parts import ID, LEAVE, Page, actions, ago, drawing, leave, move, step_form
from workflows.graph.layout import Direction
from workflows.graph.outline import Progress


def entry(**given: Any) -> Some:
    return Some(**{"words": "", "note": "", "by_id": ID, **given})


def timeline() -> list[Some]:
    return [
        entry(
            kind="started",
            by="Asha Verma",
            text="sent the request to Ravi Nair",
            at=ago(days=2, hours=3),
            words="We agreed on the dates with the client.",
        ),
        entry(
            kind="comment",
            by="Ravi Nair",
            text="commented",
            at=ago(days=1, hours=5),
            words="Is the release on the 7th covered?\nI would like Imran to know before.",
        ),
        entry(kind="comment", by="Asha Verma", text="commented", at=ago(days=1, hours=4), words="Yes, Imran has it."),
        entry(
            kind="escalated", by="", by_id=None, text="Handed to Meera Iyer: nobody decided in time", at=ago(hours=9)
        ),
        entry(
            kind="moved",
            by="Meera Iyer",
            text="chose HR review and handed it to Hema Rao",
            at=ago(hours=2),
        ),
    ]


def request() -> Page:
    values = {
        "from": "2025-10-06",
        "to": "2025-10-08",
        "reason": "Family wedding in Kochi.",
        "criticality": "medium",
        "balance": 12,
    }
    form = step_form(LEAVE, "hr_review", values, None)
    bar = actions(
        [
            move("Approved", "end-good", "Ends the request"),
            move("Rejected", "end-bad", "Ends the request", reason=True),
            move("Apply", "return", "Goes back to Asha Verma", reason=True),
        ],
        version=3,
    )
    done = Progress(
        frozenset({"hr_review"}),
        frozenset({"apply", "manager_review"}),
        frozenset({("apply", "manager_review"), ("manager_review", "hr_review")}),
    )
    return "workflows/request.html", {
        **request_parts(done),
        "form": form,
        "actions": bar,
        "role": "You decide this step",
        "sla_why": "One working day from today 10:30, counted in Acme's working hours (Mon to Fri 09:00 to 18:00).",
    }


def request_parts(progress: Progress) -> dict[str, Any]:
    run = Some(
        id=ID,
        number=1042,
        title="Leave 6 to 8 Oct 2025",
        status="running",
        outcome="",
        definition=leave(),
        version=2,
        requester="Asha Verma",
        started_at=ago(days=2, hours=3),
        finished_at=None,
    )
    task = Some(
        id=ID,
        step_name="HR review",
        assignee="Hema Rao",
        due_at=timezone.now() + timedelta(hours=3),
        overdue=False,
        version=3,
    )
    steps = [
        Some(name="Apply", state="done", who="Asha Verma", at=ago(days=2)),
        Some(name="Manager review", state="done", who="Meera Iyer", at=ago(hours=2)),
        Some(name="HR review", state="current", who="Hema Rao", at=None),
        Some(name="Approved or Rejected", state="ahead", who="", at=None),
    ]
    people = Some(
        requester="Asha Verma",
        assignee="Hema Rao",
        candidates=[],
        stakeholders=["Asha Verma", "Farid Khan"],
        watchers=["Imran Qureshi"],
    )
    may = Some(
        reassign=True, take_over=False, withdraw=True, comment=True, watch=True, unwatch=False, add_stakeholder=True
    )
    return {
        "run": run,
        "task": task,
        "timeline": timeline(),
        "progress": steps,
        "people": people,
        "may": may,
        "files": [Some(name="invitation.pdf", url="#", size=248_000, by="Asha Verma")],
        "graph_svg": drawing("path", progress, Direction.DOWN),
        "reassign": [Some(id="a", name="Hari Menon", note="")],
        "members": [Some(id=str(n), name=f"Person {n}") for n in range(20)],
    }


def request_manager() -> Page:
    values = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family wedding in Kochi."}
    form = step_form(LEAVE, "manager_review", values, None)
    bar = actions(
        [
            move("HR review", note="Goes to one of HR", people=("Hema Rao", "Hari Menon")),
            move("Rejected", "end-bad", "Ends the request", reason=True),
            move("Apply", "return", "Goes back to Asha Verma", reason=True),
        ],
        version=1,
    )
    parts = request_parts(Progress(frozenset({"manager_review"}), frozenset({"apply"})))
    return "workflows/request.html", {
        **parts,
        "form": form,
        "actions": bar,
        "role": "You decide this step",
        "conflict": "Meera Iyer approved this at 10:42",
    }


def request_closed() -> Page:
    values = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family wedding in Kochi."}
    parts = request_parts(Progress(frozenset(), frozenset({"apply", "manager_review", "hr_review", "approved"})))
    parts["run"].status, parts["run"].outcome = "completed", "Approved"
    may = Some(
        reassign=False, take_over=False, withdraw=False, comment=True, watch=False, unwatch=True, add_stakeholder=False
    )
    return "workflows/request.html", {
        **parts,
        "task": None,
        "may": may,
        "form": step_form(LEAVE, "approved", values, None),
        "actions": None,
        "role": "You asked for this",
    }
