"""A workflow over time: what a version changes, its cases, publishing by request, and requests on their way to it."""

from collections.abc import Callable
from types import SimpleNamespace as Some
from uuid import uuid4

from tests.browser.gallery.parts import ID, Page

CHANGES = [
    ("Steps", ("Added the step “Facilities”.", "“HR review” is now called “People review”.")),
    (
        "People",
        ("“Manager review” asked: One of the people for whom: person is the requester's manager. Now: The requester.",),
    ),
    ("Time limits", ("The time limit of “Manager review” changed from 2 working days to 3 working days.",)),
    ("Form", ("Added text field “Stand-in” (stand_in).",)),
]
LOST = "“Reason” has a value and is not in the new form."
GONE = "It is at “Archive”, which the new version does not have. Say which step stands for it."


def versions(definition: Callable[[], Page], tab: str) -> Callable[[], Page]:
    """The page of a workflow at one of the designers' tabs; ``definition`` makes its other parts."""

    def made() -> Page:
        template, context = definition()
        keys = [("versions", "Versions"), ("changes", "Changes"), ("cases", "Cases")]
        context["tabs"] = [Some(key=key, label=label, url="#", current=key == tab) for key, label in keys]
        context |= {"tab": tab, "may_compare": True, "delete_url": "#", "retire_url": "#", "ask_url": "#"}
        context["compared"] = Some(
            number=3,
            state="draft",
            before=2,
            others=[2, 1],
            changes=Some(groups=CHANGES),
            in_use=[
                Some(name="Manager review", requests=14, stays=True),
                Some(name="HR review", requests=2, stays=False),
            ],
        )
        wrong = ("Act 2, hema at “Manager review”: was refused: it waits for Ravi.",)
        context["played"] = Some(
            told=[
                Some(
                    name="Approved by both",
                    passed=True,
                    problems=(),
                    path="Apply → Manager review → Approved",
                    outcome="Approved",
                ),
                Some(name="HR decides first", passed=False, problems=wrong, path="Apply → Manager review", outcome=""),
            ],
            failed=1,
            coverage=Some(percent=82),
            missed=["Rejected", "HR review → Apply"],
        )
        return template, context

    return made


def migration(definition: Callable[[], Page]) -> Callable[[], Page]:
    def made() -> Page:
        _, context = definition()
        rows = [
            moving(1042, "Asha Verma", holder=None),
            moving(
                1040,
                "Farid Khan",
                holder=Some(person=None, queue=[1, 2, 3]),
                warnings=[LOST],
            ),
            moving(
                1031,
                "Meera Joshi",
                blocked=[GONE],
            ),
        ]
        rehearsal = Some(
            version=3,
            total=3,
            blocked=1,
            rows=rows,
            targets={"apply": "Apply", "lead_review": "Lead review"},
        )
        return "workflows/migration.html", {
            "definition": context["definition"],
            "rehearsal": rehearsal,
            "choices": [("manager_review", "Manager review", "lead_review"), ("archive", "Archive", "archive")],
            "prefix": "step-",
            "most": 500,
            "next_url": "",
        }

    return made


def moving(number: int, requester: str, holder: object = None, blocked: object = (), warnings: object = ()) -> Some:
    task = Some(step_name="Manager review", assignee=Some(name="Ravi Nair"))
    move = Some(task=task, target=Some(name="Lead review"), holder=holder, renamed=True)
    run = Some(id=uuid4() if number else ID, number=number, requester=Some(name=requester))
    judgement = Some(moves=() if blocked else [move], blocked=blocked, warnings=warnings)
    return Some(run=run, from_version=2, moves=not blocked, judgement=judgement)
