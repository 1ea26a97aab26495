"""Requests whose clock stands still, and what will be late."""

from datetime import timedelta
from types import SimpleNamespace as Some

from django import forms
from django.utils import timezone

from tests.browser.gallery.parts import ID, Page, ago
from tests.browser.gallery.requests import entry, request, request_manager


class Filter(forms.Form):
    hours = forms.ChoiceField(label="Within", choices=[(9, "9 working hours"), (45, "45 working hours")])
    workflow = forms.ChoiceField(label="Workflow", choices=[("", "All"), ("x", "Leave Application")], required=False)


QUESTION = "Who takes over the release on the 7th?\nPlease name somebody who knows the client."


def request_asked() -> Page:
    """In the eyes of the requester, who is asked."""
    template, context = request_manager()
    pause = Some(
        kind="question",
        reason="",
        text=QUESTION,
        by=Some(name="Ravi Nair"),
        asked=Some(name="Asha Verma"),
        started_at=ago(hours=3),
    )
    context["task"].paused_at = ago(hours=3)
    context["may"].answer = True
    asked = entry(
        kind="asked",
        by="Ravi Nair",
        text="asked Asha Verma; the clock of HR review stands still",
        at=ago(hours=3),
        words=QUESTION,
    )
    more = {
        "pause": pause,
        "actions": None,
        "conflict": "",
        "role": "You asked for this",
        "timeline": [*context["timeline"], asked],
    }
    return template, context | more


def request_held() -> Page:
    """In the eyes of the holder, who may go on; and how one holds and asks."""
    template, context = request()
    reasons = ("Waiting for a third party", "Waiting for a document", "Planned for later")
    pause = Some(
        kind="hold",
        reason=reasons[1],
        text="The contract is with the lawyers.",
        by=Some(name="Hema Rao"),
        asked=None,
        started_at=ago(days=1),
    )
    context["task"].paused_at = ago(days=1)
    context["may"].resume = context["may"].hold = context["may"].ask = True
    return template, context | {"pause": pause, "hold_reasons": reasons, "secondary": "hold"}


def forecast() -> Page:
    names = [
        ("Leave 6 to 8 Oct 2025", "Ravi Nair"),
        ("", "Hema Rao"),
        ("Claim of a taxi to the airport and back with a very long title", ""),
    ]
    rows = [
        Some(id=ID, step="Manager review", assignee=who, holder=who or "the team",
             workflow="Leave Application", known=bool(title), run_id=ID,
             number=1042 + place, title=title, requester="Asha Verma", due_at=timezone.now() + timedelta(hours=2 + 9 * place))
        for place, (title, who) in enumerate(names)
    ]  # fmt: skip
    until = timezone.now() + timedelta(days=2)
    page = Some(rows=rows, next="n1-x", previous="", count="")
    return "workflows/forecast.html", {"filter_form": Filter({"hours": 9}), "until": until, "page": page}
