"""Many requests at once: before, while it can be undone, and what became of each."""

from types import SimpleNamespace as Some
from typing import Any

from tests.browser.gallery.parts import ID, ago
from workflows.assignment import PersonRef
from workflows.selectors.bulk_page import SharedWay

Page = tuple[str, dict[str, Any]]
TITLES = ("Leave 6 to 8 Oct 2025", "Leave 20 Oct 2025 until the end of the month, with a long title", "Claim: books")
PEOPLE = ("Asha Verma", "Omar Shaikh", "Fritz Weber")


def ways(*names: str) -> list[Some]:
    return [Some(name=name) for name in names]


def choice() -> Page:
    rows = [
        Some(
            task=Some(
                run=Some(title=title, number=1041 + place),
                run_id=ID,
                requester=Some(name=name),
                step_name="Manager review" if place < 2 else "Manager approval",
                due_at=ago(hours=5 - 40 * place),
                overdue=place == 0,
            ),
            value=f"{ID}.{place}",
            in_queue=place == 1,
            changed=place == 2,
            behalf="Hema Rao" if place == 2 else "",
        )
        for place, (title, name) in enumerate(zip(TITLES, PEOPLE, strict=True))
    ]
    kinds = [
        Some(key="a", definition="Leave Application", step="Manager review", count=2, ways=ways("HR review", "Rejected")),
        Some(key="b", definition="Claim Expense", step="Manager approval", count=1, ways=ways("Pay", "Rejected")),
    ]  # fmt: skip
    people = (PersonRef(ID, "Hema Rao"), PersonRef(ID, "Hari Menon"))
    made = Some(
        rows=rows,
        kinds=kinds,
        ways=[SharedWay("Rejected", "Rejected", True), SharedWay("Ask again", "Apply", False)],
        colleagues=people,
        claims=1,
        gone=1,
        own=1,
    )
    return "workflows/bulk_choice.html", {
        "choice": made,
        "people": people,
        "do": "way:Rejected",
        "errors": {},
        "idempotency_key": "x",
        "tab": "decide",
        "back_url": "#",
    }


def waiting() -> Page:
    act = Some(id=ID, state="waiting", asked=3, done=0, run_at=ago(seconds=-8))
    return "workflows/bulk.html", {"act": act, "waits": True, "due": False, "seconds": 8, "what": "Rejected"}


def done() -> Page:
    rows = [
        Some(run_id=ID, title=title, number=1041 + place, step="Manager review", message="HR review, with Hema Rao")
        for place, title in enumerate(TITLES)
    ]
    late = Some(
        run_id=ID,
        title=TITLES[1],
        number=1042,
        step="Manager review",
        message="Meera Iyer chose “Rejected” at 10:42 on 3 Oct.",
    )
    act = Some(id=ID, state="done", asked=5, done=3)
    parts = {
        "left": [late, Some(run_id=None, title="", step="", message="There is no such task.")],
        "unchanged": [],
        "done": rows,
    }
    return "workflows/bulk.html", {"act": act, "waits": False, "what": "HR review", **parts}


def mail_decision() -> Page:
    texts = {
        "First day of leave": "6 Oct 2025",
        "Last day of leave": "8 Oct 2025",
        "Reason": "My sister's wedding in Pune",
    }
    fields = [
        Some(kind="", rows=(), files=(), field=Some(type="text"), label=label, text=text)
        for label, text in texts.items()
    ]
    run = Some(
        id=ID, number=1042, title=TITLES[0], definition=Some(name="Leave Application"), requester=Some(name=PEOPLE[0])
    )
    found = Some(
        member=Some(name="Ravi Nair"),
        ways=ways("HR review", "Rejected", "Apply"),
        more=True,
        facts=Some(read_groups=[Some(title="Leave", fields=fields)]),
    )
    task = Some(step_name="Manager review", due_at=ago(hours=-30), overdue=False)
    context = {"found": found, "run": run, "task": task, "reasons": ["Rejected"], "shown": "x"}
    return "workflows/mail_decision.html", context
