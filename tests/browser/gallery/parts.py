"""What the sample screens are put together from: invented people, rows, forms and drawings."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import SimpleNamespace as Some
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString, mark_safe

from forms_builder.rendering import StepForm, form_class
from forms_builder.schema.sources import NoSources
from workflows.graph.layout import Direction
from workflows.graph.outline import NO_PROGRESS, Progress
from workflows.graph.svg import graph_svg
from workflows.library import library_item

ID = UUID("00000000-0000-7000-8000-000000000001")
LEAVE = library_item("leave_application")
CLAIM = library_item("claim_expense")
Page = tuple[str, dict[str, Any]]


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def tab(label: str, count: int = 0, current: bool = False) -> Some:
    return Some(key=label.lower(), label=label, url="#", count=count, current=current)


def step_form(document: Any, step: str, values: Mapping[str, Any], posted: Mapping[str, list[str]] | None) -> StepForm:
    made = form_class(document.form, step, values=values, sources=NoSources(date(2025, 9, 29)))
    form = made(MultiValueDict(posted)) if posted is not None else made()
    form.is_valid()
    return form


def actions(transitions: list[Some], **more: Any) -> Some:
    given: dict[str, Any] = {
        "assignee": "",
        "comment": "",
        "version": None,
        "errors": {},
        "idempotency_key": "k",
        "any": False,
    }
    people = any(one.takes_person for one in transitions)
    return Some(
        **{
            **given,
            "transitions": transitions,
            "has_people": people,
            "chosen": transitions[0].name if len(transitions) == 1 else "",
            **more,
        }
    )


def move(name: str, kind: str = "forward", note: str = "", people: tuple[str, ...] = (), reason: bool = False) -> Some:
    listed = [Some(id=f"{name}-{one}", name=one, note="") for one in people]
    return Some(
        name=name,
        key=name.lower().replace(" ", "_"),
        kind=kind,
        takes_person=bool(people),
        people=listed,
        note=note,
        reason_required=reason,
    )


def leave() -> Some:
    return Some(
        id=ID, name=LEAVE.name, description=LEAVE.description, slug="leave", group="HR", owner="Omar Shaikh", known=True
    )


def row(number: int, title: str, requester: str, **more: Any) -> Some:
    given: dict[str, Any] = {
        "id": ID,
        "number": number,
        "title": title,
        "requester": requester,
        "definition": "Leave Application",
        "summary": "",
        "step": "Manager review",
        "holder": "Ravi Nair",
        "due_at": timezone.now() + timedelta(hours=30),
        "overdue": False,
        "status": "running",
        "outcome": "",
        "last_at": ago(minutes=7 * number % 900),
        "version": 2,
        "started_at": ago(days=number % 9),
        "finished_at": None,
    }
    return Some(**{**given, **more})


def rows() -> list[Some]:
    soon, late = timezone.now() + timedelta(hours=2), ago(hours=5)
    return [
        row(
            1042,
            "Leave 6 to 8 Oct 2025",
            "Asha Verma",
            due_at=late,
            overdue=True,
            summary="6 Oct 2025 · 8 Oct 2025 · My brother visits from Canada, and we show him the country",
        ),
        row(1041, "Leave 20 Oct 2025", "Imran Qureshi", due_at=soon),
        row(
            1039,
            "Claim: client visit to Bengaluru with two nights and a rental car",
            "Ravi Nair",
            step="HR review",
            definition="Claim Expense",
            holder="the team",
        ),
        row(1033, "Leave 1 to 12 Dec 2025", "Fiona D'Souza", due_at=None),
        row(1030, "Laptop for the new designer", "Omar Shaikh", definition="Purchase request", step="Finance panel"),
        row(1024, "Claim: books", "Farid Khan", definition="Claim Expense"),
        row(1011, "Leave 3 Nov 2025", "Hari Menon", status="completed", outcome="Approved", step="", due_at=None),
        row(1002, "Leave 24 Dec 2025 to 2 Jan 2026", "Tess Fernandes", status="completed", outcome="Rejected", step=""),
    ]


def drawing(ident: str, progress: Progress = NO_PROGRESS, direction: Direction = Direction.RIGHT) -> SafeString:
    return mark_safe(graph_svg(LEAVE.graph, title=LEAVE.name, ident=ident, progress=progress, direction=direction))


class Said(str):
    """A message of Django's framework, without a request to carry it."""

    level_tag: str

    def __new__(cls, level: str, text: str) -> "Said":
        said = super().__new__(cls, text)
        said.level_tag = level
        return said


def shell() -> dict[str, Any]:
    acme = Some(name="Acme", slug="acme")
    hema = Some(
        name="Hema Rao",
        email="hema@acme.example",
        is_tenant_admin=True,
        organisation=acme,
        department="HR",
        designation="HR partner",
        place="Pune, MH, IN",
        manager="Meera Iyer",
    )
    return {
        "membership": hema,
        "organisation": acme,
        "demo": True,
        "badges": {"inbox": 12, "flows": 2, "notifications": 3},
        "messages": [],
    }
