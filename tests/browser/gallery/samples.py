"""Contexts to draw every screen with: the same names as in the comments of the templates, invented people."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Some
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString, mark_safe

from forms_builder.rendering import StepForm, form_class
from forms_builder.schema.sources import NoSources
from workflows.graph.layout import Direction
from workflows.graph.outline import NO_PROGRESS, Progress, outline
from workflows.graph.svg import graph_svg
from workflows.library import library_item

ID = UUID("00000000-0000-7000-8000-000000000001")
LEAVE = library_item("leave_application")
CLAIM = library_item("claim_expense")
Page = tuple[str, dict[str, Any]]


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def shell() -> dict[str, Any]:
    acme = Some(name="Acme", slug="acme")
    hema = Some(
        name="Hema Rao", email="hema@acme.example", is_tenant_admin=True, organisation=acme, department="HR",
        designation="HR partner", place="Pune, MH, IN", manager="Meera Iyer",
    )
    return {
        "membership": hema, "organisation": acme, "demo": True, "badges": {"inbox": 12, "notifications": 3},
        "messages": [],
    }


class Login(forms.Form):
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


class Passwords(forms.Form):
    old_password = forms.CharField(label="Current password", widget=forms.PasswordInput)
    new_password1 = forms.CharField(
        label="New password", widget=forms.PasswordInput, help_text="At least 10 characters, not a common one."
    )


class Period(forms.Form):
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    status = forms.ChoiceField(label="State", choices=[("", "All"), ("running", "In progress")], required=False)


def login() -> Page:
    people = [("Asha Verma", "asha@acme.example", "employee"), ("Ravi Nair", "ravi@acme.example", "manager")]
    return "accounts/login.html", {
        "form": Login(), "membership": None, "demo_people": people, "demo_password": "countersign-demo",
    }


def login_refused() -> Page:
    form = Login({"email": "asha@acme.example", "password": "no"})
    form.add_error(None, "That e-mail and password do not fit together.")
    return "accounts/login.html", {"form": form, "membership": None}


def password_done() -> Page:
    return "accounts/password_reset_done.html", {}


def profile() -> Page:
    refused = Passwords({"old_password": "x", "new_password1": ""})
    return "accounts/profile.html", {
        "password_form": refused, "roles": ["HR partner", "Auditor"], "time_zone": "Asia/Kolkata",
        "time_zone_source": "from your place",
        "sessions": [Some(label="Payroll sync", created_at=ago(days=4), last_used_at=ago(minutes=12))],
    }


def home() -> Page:
    names = [
        ("Leave Application", "HR", "Ask for days off: your manager decides first, then HR.", 1),
        ("Claim Expense", "HR", "Get back what you paid for the company. Larger sums are decided by Finance.", 0),
        ("Purchase request", "Procurement", "Ask for something to be bought.", 3),
        ("Vendor onboarding", "Accounts payable", "Bring a new vendor into the books.", 0),
    ]
    workflows = [
        Some(id=ID, name=name, slug="leave", description=text, group=group, can_start=True, open_count=count)
        for name, group, text, count in names
    ]
    workflows.append(
        Some(id=ID, name="Appraisal 2026", slug="a", description="", group="HR", can_start=False, is_draft=True)
    )
    tabs = [tab("All", 0, True), tab("HR"), tab("Procurement"), tab("Accounts payable")]
    return "workflows/home.html", {"tabs": tabs, "workflows": workflows, "can_add": True, "add_url": "/add/"}


def tab(label: str, count: int = 0, current: bool = False) -> Some:
    return Some(key=label.lower(), label=label, url="#", count=count, current=current)


def step_form(document: Any, step: str, values: Mapping[str, Any], posted: Mapping[str, list[str]] | None) -> StepForm:
    made = form_class(document.form, step, values=values, sources=NoSources(date(2025, 9, 29)))
    form = made(MultiValueDict(posted)) if posted is not None else made()
    form.is_valid()
    return form


def actions(transitions: list[Some], **more: Any) -> Some:
    given = {"assignee": "", "comment": "", "version": None, "errors": {}, "idempotency_key": "k", "any": False}
    people = any(one.takes_person for one in transitions)
    return Some(**{**given, "transitions": transitions, "has_people": people, "chosen": transitions[0].name if len(transitions) == 1 else "", **more})


def move(name: str, kind: str = "forward", note: str = "", people: tuple[str, ...] = (), reason: bool = False) -> Some:
    listed = [Some(id=f"{name}-{one}", name=one, note="") for one in people]
    return Some(
        name=name, key=name.lower().replace(" ", "_"), kind=kind, takes_person=bool(people), people=listed, note=note,
        reason_required=reason,
    )


def start() -> Page:
    form = step_form(LEAVE, "apply", {}, None)
    bar = actions([move("Manager review", people=("Ravi Nair",), note="Two working days to decide")])
    return "workflows/request_start.html", {"definition": leave(), "form": form, "actions": bar}


def start_refused() -> Page:
    form = step_form(LEAVE, "apply", {}, {"from": ["2025-10-08"], "to": ["2025-10-06"], "reason": [""]})
    bar = actions(
        [move("Manager review", people=("Ravi Nair", "Meera Iyer"))], errors={"assignee": ["Choose who decides."]}
    )
    return "workflows/request_start.html", {"definition": leave(), "form": form, "actions": bar}


def claim() -> Page:
    bar = actions([move("Manager approval", people=("Ravi Nair",))])
    definition = Some(id=ID, name=CLAIM.name, description=CLAIM.description, slug="claim")
    return "workflows/request_start.html", {
        "definition": definition, "form": step_form(CLAIM, "claim", {}, None), "actions": bar,
    }


def leave() -> Some:
    return Some(id=ID, name=LEAVE.name, description=LEAVE.description, slug="leave", group="HR", owner="Omar Shaikh")


def row(number: int, title: str, requester: str, **more: Any) -> Some:
    given: dict[str, Any] = {
        "id": ID, "number": number, "title": title, "requester": requester, "definition": "Leave Application",
        "step": "Manager review", "assignee": "Ravi Nair", "due_at": timezone.now() + timedelta(hours=30),
        "overdue": False, "status": "running", "outcome": "", "last_at": ago(minutes=7 * number % 900), "version": 2,
        "started_at": ago(days=number % 9), "finished_at": None,
    }
    return Some(**{**given, **more})


def rows() -> list[Some]:
    soon, late = timezone.now() + timedelta(hours=2), ago(hours=5)
    return [
        row(1042, "Leave 6 to 8 Oct 2025", "Asha Verma", due_at=late, overdue=True),
        row(1041, "Leave 20 Oct 2025", "Imran Qureshi", due_at=soon),
        row(1039, "Claim: client visit to Bengaluru with two nights and a rental car", "Ravi Nair", step="HR review",
            definition="Claim Expense", assignee=""),
        row(1033, "Leave 1 to 12 Dec 2025", "Fiona D'Souza", due_at=None),
        row(1030, "Laptop for the new designer", "Omar Shaikh", definition="Purchase request", step="Finance panel"),
        row(1024, "Claim: books", "Farid Khan", definition="Claim Expense"),
        row(1011, "Leave 3 Nov 2025", "Hari Menon", status="completed", outcome="Approved", step="", due_at=None),
        row(1002, "Leave 24 Dec 2025 to 2 Jan 2026", "Tess Fernandes", status="completed", outcome="Rejected", step=""),
    ]


def inbox() -> Page:
    tabs = [tab("To decide", 12, True), tab("Team queue", 4), tab("Mine", 2), tab("Following", 31)]
    page = Some(rows=rows(), next="abc", previous="", count="1 to 8 of 12")
    return "workflows/inbox.html", {"tabs": tabs, "tab": "mine", "q": "", "page": page}


def inbox_empty() -> Page:
    tabs = [tab("To decide", 0, True), tab("Team queue", 4), tab("Mine", 2), tab("Following", 31)]
    return "workflows/inbox.html", {"tabs": tabs, "tab": "decide", "q": "", "page": Some(rows=[])}


def timeline() -> list[Some]:
    entry = lambda **given: Some(**{"comment": "", "changes": [], **given})  # noqa: E731
    return [
        entry(kind="started", actor="Asha Verma", text="sent the request to Ravi Nair", at=ago(days=2, hours=3),
              comment="We agreed on the dates with the client.",
              changes=[("First day of leave", "6 Oct 2025"), ("Last day of leave", "8 Oct 2025")]),
        entry(kind="comment", actor="Ravi Nair", text="commented", at=ago(days=1, hours=5),
              comment="Is the release on the 7th covered?\nI would like Imran to know before."),
        entry(kind="comment", actor="Asha Verma", text="commented", at=ago(days=1, hours=4), comment="Yes, Imran has it."),
        entry(kind="escalated", actor="", text="Handed to Meera Iyer: nobody decided in time", at=ago(hours=9)),
        entry(kind="moved", actor="Meera Iyer", text="chose HR review and handed it to Hema Rao", at=ago(hours=2),
              changes=[("Project criticality in this period", "Medium")]),
    ]


def request() -> Page:
    values = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family wedding in Kochi.", "criticality": "medium",
              "balance": 12}
    form = step_form(LEAVE, "hr_review", values, None)
    bar = actions(
        [move("Approved", "end-good", "Ends the request"), move("Rejected", "end-bad", "Ends the request", reason=True),
         move("Apply", "return", "Goes back to Asha Verma", reason=True)], version=3,
    )
    done = Progress(frozenset({"hr_review"}), frozenset({"apply", "manager_review"}),
                    frozenset({("apply", "manager_review"), ("manager_review", "hr_review")}))
    return "workflows/request.html", {
        **request_parts(done), "form": form, "actions": bar, "role": "You decide this step",
        "sla_why": "One working day from today 10:30, counted in Acme's working hours (Mon to Fri 09:00 to 18:00).",
    }


def request_parts(progress: Progress) -> dict[str, Any]:
    run = Some(id=ID, number=1042, title="Leave 6 to 8 Oct 2025", status="running", outcome="", definition=leave(),
               version=2, requester="Asha Verma", started_at=ago(days=2, hours=3), finished_at=None)
    task = Some(id=ID, step_name="HR review", assignee="Hema Rao", due_at=timezone.now() + timedelta(hours=3),
                overdue=False, version=3)
    steps = [
        Some(name="Apply", state="done", who="Asha Verma", at=ago(days=2)),
        Some(name="Manager review", state="done", who="Meera Iyer", at=ago(hours=2)),
        Some(name="HR review", state="current", who="Hema Rao", at=None),
        Some(name="Approved or Rejected", state="ahead", who="", at=None),
    ]
    people = Some(requester="Asha Verma", assignee="Hema Rao", candidates=[], stakeholders=["Asha Verma", "Farid Khan"],
                  watchers=["Imran Qureshi"])
    may = Some(reassign=True, take_over=False, withdraw=True, comment=True, watch=True, unwatch=False,
               add_stakeholder=True)
    return {
        "run": run, "task": task, "timeline": timeline(), "progress": steps, "people": people, "may": may,
        "files": [Some(name="invitation.pdf", url="#", size=248_000, by="Asha Verma")],
        "graph_svg": drawing("path", progress, Direction.DOWN), "reassign": [Some(id="a", name="Hari Menon", note="")],
        "members": [Some(id=str(n), name=f"Person {n}") for n in range(20)],
    }


def request_manager() -> Page:
    values = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family wedding in Kochi."}
    form = step_form(LEAVE, "manager_review", values, None)
    bar = actions(
        [move("HR review", note="Goes to one of HR", people=("Hema Rao", "Hari Menon")),
         move("Rejected", "end-bad", "Ends the request", reason=True),
         move("Apply", "return", "Goes back to Asha Verma", reason=True)], version=1,
    )
    parts = request_parts(Progress(frozenset({"manager_review"}), frozenset({"apply"})))
    return "workflows/request.html", {
        **parts, "form": form, "actions": bar, "role": "You decide this step",
        "conflict": "Meera Iyer approved this at 10:42",
    }


def request_closed() -> Page:
    values = {"from": "2025-10-06", "to": "2025-10-08", "reason": "Family wedding in Kochi."}
    parts = request_parts(Progress(frozenset(), frozenset({"apply", "manager_review", "hr_review", "approved"})))
    parts["run"].status, parts["run"].outcome = "completed", "Approved"
    may = Some(reassign=False, take_over=False, withdraw=False, comment=True, watch=False, unwatch=True,
               add_stakeholder=False)
    return "workflows/request.html", {
        **parts, "task": None, "may": may, "form": step_form(LEAVE, "approved", values, None), "actions": None,
        "role": "You asked for this",
    }


def drawing(ident: str, progress: Progress = NO_PROGRESS, direction: Direction = Direction.RIGHT) -> SafeString:
    return mark_safe(graph_svg(LEAVE.graph, title=LEAVE.name, ident=ident, progress=progress, direction=direction))


def definition(tab_key: str) -> Callable[[], Page]:
    def made() -> Page:
        keys = [("graph", "Graph"), ("form", "Form"), ("preferences", "Preferences"), ("versions", "Versions")]
        steps = [(step.key, step.name) for step in LEAVE.graph.steps]
        matrix = [
            Some(label=field.label, name=field.name, type=field.type.replace("_", " "), help=field.help,
                 cells=[str(field.access_at(key)) for key, _ in steps])
            for field in LEAVE.form.fields
        ]
        return "workflows/definition.html", {
            "definition": leave(), "can_start": True, "tab": tab_key, "graph_svg": drawing("graph"), "graph_svg_narrow": drawing("narrow", direction=Direction.DOWN),
            "tabs": [Some(key=key, label=label, url="#", current=key == tab_key) for key, label in keys],
            "version": Some(number=2, state="published", published_at=ago(days=20), published_by="Omar Shaikh"),
            "outline": outline(LEAVE.graph), "steps": steps, "matrix": matrix,
            "sla": [("Manager review", "2 working days, then the assignee's manager"), ("HR review", "No target")],
            "sla_default": "No target", "visibility": [], "stakeholders": ["The requester's manager"],
            "versions": [
                Some(number=2, state="published", published_at=ago(days=20), published_by="Omar Shaikh", open_runs=14),
                Some(number=1, state="retired", published_at=ago(days=90), published_by="Omar Shaikh", open_runs=2),
            ],
        }

    return made


def runs() -> Page:
    labels = [f"{day} Oct" for day in range(1, 15)]
    started = [4, 6, 3, 0, 0, 8, 5, 7, 4, 6, 0, 0, 9, 3]
    done = [2, 5, 4, 0, 0, 6, 7, 5, 6, 4, 0, 0, 7, 5]
    hours = [20.5, 18.0, 22.1, None, None, 30.0, 26.4, 19.0, 21.0, 17.5, None, None, 24.0, 20.0]
    late = [40.5, 38.0, 52.1, None, None, 70.0, 56.4, 39.0, 41.0, 37.5, None, None, 54.0, 40.0]
    buckets = [
        Some(label=label, started=a, completed=b, p50=h and h * 3600, p90=p and p * 3600)
        for label, a, b, h, p in zip(labels, started, done, hours, late, strict=True)
    ]
    series = [("Started", "bar", started), ("Completed", "bar", done), ("Half done within, hours", "line", hours),
              ("Nine of ten within, hours", "line", late)]
    return "workflows/runs.html", {
        "definition": leave(), "period": "1 to 14 Oct 2025", "buckets": buckets,
        "filter_form": Period({"since": "2025-10-01", "until": "2025-10-14", "status": ""}),
        "figures": Some(started=55, completed=51, open=14, overdue=2, p50=timedelta(hours=21), p90=timedelta(days=2)),
        "chart": {
            "labels": labels,
            "series": [{"label": label, "kind": kind, "values": values} for label, kind, values in series],
        },
        "steps": [Some(name="Manager review", count=51, open=9, p50=timedelta(hours=9), p90=timedelta(hours=31))],
        "page": Some(rows=rows(), next="x", previous="", count="1 to 8 of 55"),
    }


def search() -> Page:
    flow = Some(id=ID, name="Leave Application", slug="leave", group="HR", can_start=True)
    return "workflows/search.html", {
        "q": "leave", "workflows": [flow], "page": Some(rows=rows()[:4], next="", previous=""),
    }


def notices() -> Page:
    texts = [
        ("Asha Verma", "Asha Verma asks you to decide HR review of Leave 6 to 8 Oct 2025 (#1042)", False),
        ("", "Overdue: Manager review of Leave 20 Oct 2025 (#1041) was handed to Meera Iyer", False),
        ("Ravi Nair", "Ravi Nair commented on Claim: books (#1024)", True),
    ]
    listed = [
        Some(id=ID, text=text, url="#", actor=actor, kind="", at=ago(hours=3), is_read=read)
        for actor, text, read in texts
    ]
    tabs = [tab("Unread", 2), tab("All", 0, True)]
    return "notifications/notifications.html", {"tabs": tabs, "unread": 2, "page": Some(rows=listed, next="", previous="")}


def messages() -> Page:
    template, context = inbox()
    said = [("success", "Approved. Asha Verma is told."), ("error", "The file is larger than 25 MB.")]
    return template, {**context, "messages": [Said(level, text) for level, text in said]}


class Said(str):
    """A message of Django's framework, without a request to carry it."""

    __slots__ = ("level_tag",)

    def __new__(cls, level: str, text: str) -> "Said":
        said = super().__new__(cls, text)
        said.level_tag = level
        return said


def error(code: int) -> Callable[[], Page]:
    return lambda: (f"errors/{code}.html", {})


PAGES: dict[str, Callable[[], Page]] = {
    "login": login, "login-refused": login_refused, "password-done": password_done, "profile": profile, "home": home,
    "start": start, "start-refused": start_refused, "claim": claim, "inbox": inbox, "inbox-empty": inbox_empty,
    "messages": messages, "request": request, "request-manager": request_manager, "request-closed": request_closed,
    "definition": definition("graph"), "definition-form": definition("form"),
    "definition-preferences": definition("preferences"), "definition-versions": definition("versions"),
    "runs": runs, "search": search, "notifications": notices, "error-404": error(404), "error-409": error(409),
    "error-500": error(500),
}
