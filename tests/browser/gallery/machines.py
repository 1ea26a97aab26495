"""Automatic steps: a request whose machine failed, in the eyes of an admin, and the list of all that failed."""

from datetime import timedelta
from types import SimpleNamespace as Some

from django.utils import timezone

from tests.browser.gallery.parts import ID, Page, ago, tab
from tests.browser.gallery.requests import request

REFUSED = "The answer was 422: the account 4711 is not known to this bank."
PARAMS = (
    '{\n  "method": "POST",\n  "url": "https://bank.example/payments",\n  "body": {"amount": "{{ record.total }}"}\n}'
)


def attempt(number: int, name: str, error: str = "", hours: int = 1) -> Some:
    begun = ago(hours=hours)
    return Some(number=number, outcome_name=name, error=error, started_at=begun, finished_at=begun)


def machine(**given: object) -> Some:
    facts: dict[str, object] = {
        "task_id": ID,
        "step_name": "Pay the claim",
        "kind_name": "Call an API",
        "state": "failure",
        "attempts": [attempt(1, "Out of time", "The host did not answer in time.", 3), attempt(2, "Failed", REFUSED)],
        "next_at": None,
        "note": "",
        "quarantined": False,
        "waits_for_admin": True,
        "error": REFUSED,
        "params_text": PARAMS,
        "may_resolve": True,
        "may_override": True,
        "is_shown": True,
        "is_running": False,
    }
    return Some(**facts | given)


def request_machine() -> Page:
    template, context = request()
    soon = timezone.now() + timedelta(minutes=4)
    waits = {"waits_for_admin": False, "may_resolve": False, "is_running": True, "error": ""}
    again = machine(
        task_id="again", step_name="Fetch the rate", state="failure_retry", next_at=soon,
        attempts=[attempt(1, "Failed")], **waits,
    )  # fmt: skip
    paused = machine(
        task_id="paused", step_name="Wait for the bank", kind_name="Wait for another system", state="running", attempts=[],
        note="waits for another system", **waits,
    )  # fmt: skip
    more = {"actions": None, "machines": [machine(), again, paused], "secondary": "machine"}
    return template, {**context, **more, "secondary_errors": ["Say why."]}


def machine_steps() -> Page:
    found = [
        Some(
            run_id=ID, number=1040 + number, title=f"Claim Expense: {name}", workflow="Claim Expense",
            step_name="Pay the claim", kind="call", state="failure", attempts=number + 1, next_at=None,
            quarantined=number == 1, error=REFUSED if number == 0 else "Every attempt broke off without an answer.",
            opened_at=ago(hours=2 + number),
        )
        for number, name in enumerate(("Asha Verma", "Imran Qureshi"))
    ]  # fmt: skip
    tabs = [tab("Failed", current=True), tab("Set aside"), tab("Trying again"), tab("Under way")]
    return "workflows/machine_steps.html", {
        "tabs": tabs,
        "current": "stuck",
        "page": Some(rows=found, next="", previous="", count=""),
    }
