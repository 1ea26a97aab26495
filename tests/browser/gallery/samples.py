"""Contexts to draw every screen with: the same names as in the comments of the templates."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace as Some
from typing import Any

from django import forms

from forms_builder.schema.component import component_of
from tests.browser.gallery import bulk, library, links
from tests.browser.gallery.absences import absences
from tests.browser.gallery.branches import definition_branches, request_branches, request_waiting
from tests.browser.gallery.cases import CASE_PAGES
from tests.browser.gallery.clocks import forecast, request_asked, request_held
from tests.browser.gallery.components import COMPONENT_PAGES
from tests.browser.gallery.designers import DESIGNER_PAGES
from tests.browser.gallery.flows import FLOW_PAGES
from tests.browser.gallery.forms import FORM_PAGES
from tests.browser.gallery.insight import INSIGHT_PAGES, STEPS, TABS
from tests.browser.gallery.machines import machine_steps, request_machine
from tests.browser.gallery.pages import PAGE_NAMES
from tests.browser.gallery.panels import request_panel, request_why
from tests.browser.gallery.parts import (
    CLAIM,
    ID,
    LEAVE,
    Page,
    Said,
    actions,
    ago,
    drawing,
    leave,
    move,
    rows,
    step_form,
    tab,
)
from tests.browser.gallery.requests import request, request_closed, request_manager
from tests.browser.gallery.versions import migration, versions
from workflows.graph.layout import Direction
from workflows.graph.outline import outline
from workflows.services.runs import VersionMoved


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
        "form": Login(),
        "membership": None,
        "demo_people": people,
        "demo_password": "countersign-demo",
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
        "password_form": refused,
        "roles": ["HR partner", "Auditor"],
        "time_zone": "Asia/Kolkata",
        "time_zone_source": "from your place",
        **absences(),
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
        Some(
            id=ID, name=name, slug="leave", description=text, group=group, can_start=True, open_count=count,
            edit_url="#", clone_url="#", preferences_url="#", form_url="#",
        )
        for name, group, text, count in names
    ]  # fmt: skip
    workflows.append(
        Some(id=ID, name="Appraisal 2026", slug="a", description="", group="HR", can_start=False, is_draft=True)
    )
    tabs = [tab("All", 0, True), tab("HR"), tab("Procurement"), tab("Accounts payable")]
    return "workflows/home.html", {"tabs": tabs, "workflows": workflows, "can_add": True, "add_url": "/add/"}


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


def start_changed() -> Page:
    template, context = start()
    told = {"conflict": VersionMoved.message, "gone": [("Cover", "Meera Iyer"), ("Phone on leave", "+91 22 5550 1234")]}
    return template, context | told


def claim() -> Page:
    managers, finance = (tuple(f"{team} {n}" for n in range(1, 13)) for team in ("Manager", "Clerk"))
    bar = actions([move("Manager approval", people=managers), move("Finance panel", people=finance)])
    definition = Some(id=ID, name=CLAIM.name, description=CLAIM.description, slug="claim")
    form = step_form(CLAIM, "claim", {}, None)
    return "workflows/request_start.html", {"definition": definition, "form": form, "actions": bar}


def claim_read() -> Page:
    days = (
        ("2025-09-22", "Night train to Bengaluru", "travel", "1840.00"),
        ("2025-09-23", "Hotel", "lodging", "6200.00"),
    )
    lines = [
        {"day": day, "description": text, "category": kind, "amount": {"amount": amount, "currency": "INR"}}
        for day, text, kind, amount in days
    ]
    template, context = request_closed()
    form = step_form(CLAIM, "paid", {"purpose": "Visit to a client.", "lines": lines, "billable": "no"}, None)
    return template, {**context, "form": form}


def inbox() -> Page:
    tabs = [tab("To decide", 12, True), tab("Team queue", 4), tab("Mine", 2), tab("Following", 31)]
    listed = rows()[:6]
    for number, one in enumerate(listed, start=1):
        one.task, one.version = ID, number
    page = Some(rows=listed, next="abc", previous="", count="1 to 6 of 12")
    return "workflows/inbox.html", {"tabs": tabs, "tab": "decide", "q": "", "page": page}


def inbox_empty() -> Page:
    tabs = [tab("To decide", 0, True), tab("Team queue", 4), tab("Mine", 2), tab("Following", 31)]
    return "workflows/inbox.html", {"tabs": tabs, "tab": "decide", "q": "", "page": Some(rows=[])}


def definition(tab_key: str) -> Callable[[], Page]:
    def made() -> Page:
        keys = [("graph", "Graph"), ("form", "Form"), ("preferences", "Preferences"), ("versions", "Versions")]
        steps = [(step.key, step.name) for step in LEAVE.graph.steps]
        matrix = [
            Some(
                label=field.label,
                name=field.name,
                type=component_of(field).type.replace("_", " "),
                help=field.help,
                cells=[str(field.access_at(key)) for key, _ in steps],
            )
            for field in LEAVE.form.fields
        ]
        return "workflows/definition.html", {
            "definition": leave(),
            "can_start": True,
            "tab": tab_key,
            "graph_svg": drawing("graph"),
            "graph_svg_narrow": drawing("narrow", direction=Direction.DOWN),
            "tabs": [Some(key=key, label=label, url="#", current=key == tab_key) for key, label in keys],
            "version": Some(number=2, state="published", published_at=ago(days=20), published_by="Omar Shaikh"),
            "outline": outline(LEAVE.graph),
            "steps": steps,
            "matrix": matrix,
            "sla": [("Manager review", "2 working days, then the assignee's manager"), ("HR review", "No target")],
            "sla_default": "No target",
            "visibility": [],
            "stakeholders": ["The requester's manager"],
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
    series = [
        ("Started", "bar", started),
        ("Completed", "bar", done),
        ("Median time, hours", "line", hours),
        ("90 % within, hours", "line", late),
    ]
    return "workflows/runs.html", {
        "definition": leave(),
        "period": "1 to 14 Oct 2025",
        "buckets": buckets,
        "filter_form": Period({"since": "2025-10-01", "until": "2025-10-14", "status": ""}),
        "figures": Some(
            started=55,
            completed=50,
            open=3,
            overdue=2,
            withdrawn=1,
            failed=0,
            timed_out=1,
            p50=timedelta(hours=21),
            p90=timedelta(days=2),
        ),
        "chart": {
            "labels": labels,
            "series": [{"label": label, "kind": kind, "values": values} for label, kind, values in series],
        },
        "tabs": TABS,
        "export_url": "#",
        "steps": STEPS,
        "step_chart": {
            "unit": "h",
            "labels": ["Manager review", "HR review"],
            "series": [
                {"label": "Median time, hours", "kind": "bar", "values": [9.5, 26]},
                {"label": "90 % within, hours", "kind": "bar", "values": [32, 60]},
            ],
        },
        "versions": [
            Some(number=3, state="published", requests=11, current=True),
            Some(number=2, state="retired", requests=3, current=False),
        ],
        "move_url": "#",
        "page": Some(rows=rows(), next="x", previous="", count="1 to 8 of 55"),
    }


def runs_empty() -> Page:
    """To somebody who only sees their own: no figures of steps, and nothing in the period."""
    template, context = runs()
    nothing = Some(started=0, completed=0, open=0, overdue=0, withdrawn=0, failed=0, timed_out=0, p50=None, p90=None)
    more: dict[str, Any] = {
        "figures": nothing,
        "chart": None,
        "steps": (),
        "versions": [],
        "tabs": [],
        "page": Some(rows=[]),
    }
    return template, {**context, **more, "move_url": ""}


def runs_refused() -> Page:
    template, context = runs_empty()
    form = Period({"since": "2025-13-01", "until": "2025-10-14"})
    form.is_valid()
    return template, {**context, "filter_form": form, "period": "", "export_url": ""}


def home_empty() -> Page:
    return "workflows/home.html", {"tabs": [], "workflows": [], "can_add": False}


def search() -> Page:
    flow = Some(id=ID, name="Leave Application", slug="leave", group="HR", can_start=True)
    return "workflows/search.html", {
        "q": "leave",
        "workflows": [flow],
        "page": Some(rows=rows()[:4], next="", previous=""),
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
    return "notifications/notifications.html", {
        "tabs": tabs,
        "unread": 2,
        "page": Some(rows=listed, next="", previous=""),
    }


def messages() -> Page:
    template, context = inbox()
    said = [("success", "Approved. Asha Verma is told."), ("error", "The file is larger than 25 MB.")]
    return template, {**context, "messages": [Said(level, text) for level, text in said]}


def request_gone() -> Page:
    """The answer to a form whose workflow has been retired meanwhile, with what was typed into it."""
    typed = [
        ("From", "2026-01-05"),
        ("Reason", "The christening of our second child,\nand the days of the move before it."),
    ]
    return "workflows/request_gone.html", {"typed": typed}


def error(code: int) -> Callable[[], Page]:
    return lambda: (f"errors/{code}.html", {})


_PAGES: dict[str, Callable[[], Page]] = {
    "login": login,
    "login-refused": login_refused,
    "password-done": password_done,
    "profile": profile,
    "home": home,
    "start": start,
    "start-refused": start_refused,
    "start-changed": start_changed,
    "claim": claim,
    "claim-read": claim_read,
    "inbox": inbox,
    "inbox-empty": inbox_empty,
    "request-asked": request_asked,
    "request-held": request_held,
    "forecast": forecast,
    "messages": messages,
    "bulk-choice": bulk.choice,
    "bulk-waiting": bulk.waiting,
    "bulk-done": bulk.done,
    "mail-decision": bulk.mail_decision,
    "link-decision": links.decision,
    "link-code": links.code,
    "link-over": links.over,
    "request-links": links.request_links,
    "request": request,
    "request-manager": request_manager,
    "request-closed": request_closed,
    "request-branches": request_branches,
    "request-waiting": request_waiting,
    "request-machine": request_machine,
    "request-panel": request_panel,
    "request-why": request_why,
    "machine-steps": machine_steps,
    "definition-branches": lambda: definition_branches(definition("graph")()),
    "definition": definition("graph"),
    "definition-form": definition("form"),
    "definition-changes": versions(definition("versions"), "changes"),
    "definition-cases": versions(definition("versions"), "cases"),
    "definition-move": migration(definition("versions")),
    "definition-preferences": definition("preferences"),
    "definition-versions": versions(definition("versions"), "versions"),
    "library": library.library,
    "library-item": library.library_item,
    "library-update": library.library_update,
    "home-empty": home_empty,
    "runs": runs,
    "runs-empty": runs_empty,
    "runs-refused": runs_refused,
    "search": search,
    "notifications": notices,
    "error-404": error(404),
    "request-gone": request_gone,
    "error-500": error(500),
    **FLOW_PAGES,
    **INSIGHT_PAGES,
    **DESIGNER_PAGES,
    **FORM_PAGES,
    **CASE_PAGES,
    **COMPONENT_PAGES,
}

PAGES = {name: _PAGES[name] for name in PAGE_NAMES}
