"""The library of workflows: the list, an item, and an update with conflicts."""

from types import SimpleNamespace as Some

from django.utils.safestring import mark_safe

from tests.browser.gallery.parts import ID, LEAVE, Page
from workflows.graph.layout import Direction
from workflows.library import LibraryItem, library_keys, shipped
from workflows.selectors.library import Copy, Shown


def _copies(key: str) -> tuple[Copy, ...]:
    found = {
        "leave_application": Copy(ID, "Leave Application", 1, True, True),
        "claim_expense": Copy(ID, "Expenses of the sales team", 2, False, False),
    }
    return (found[key],) if key in found else ()


def _shown(key: str) -> Shown:
    item = shipped(key)
    return Shown(LibraryItem(key, 2, item.document), _copies(key))


def library() -> Page:
    groups: dict[str, list[Shown]] = {}
    for one in map(_shown, library_keys()):
        groups.setdefault(one.item.document.group, []).append(one)
    return "workflows/library.html", {"groups": sorted(groups.items()), "may_install": True}


def library_item() -> Page:
    shown = _shown("onboarding")
    return "workflows/library_item.html", {
        "shown": shown,
        "graph_svg": mark_safe(shown.drawing(Direction.RIGHT)),
        "graph_svg_narrow": mark_safe(shown.drawing(Direction.DOWN)),
        "outline": shown.outline,
        "steps": shown.form_steps,
        "matrix": shown.matrix,
        "install_url": "#",
    }


def library_update() -> Page:
    """M13: what was taken, what was kept, and what somebody has to choose."""
    update = Some(
        copy=Some(version=1),
        item=Some(version=2, key="leave_application"),
        seen="4711",
        conflicts=[
            Some(
                place="steps.manager_review.sla.period",
                what="Step “Manager review”: time limit, how long",
                base="2 working days",
                ours="5 working days",
                theirs="3 working days",
            ),
            Some(
                place="steps.hr_review.assignee",
                what="Step “HR review”: who is asked",
                base="Any of the people for whom: person's department code is “HR”; else workflow owner",
                ours="Any of the people for whom: person's department code is “PEOPLE”; else workflow owner",
                theirs="Any of the people for whom: person's roles include “Leave desk”; else workflow owner",
            ),
        ],
        taken=[
            Some(what="Field “Stand-in”", base="nothing", ours="nothing", theirs="“Stand-in”"),
            Some(what="Way from “Manager review” to “Rejected”: reason required", base="no", ours="no", theirs="yes"),
        ],
        kept=[Some(what="Step “HR review”: name", base="HR review", ours="People review", theirs="HR review")],
    )
    return "workflows/library_update.html", {
        "definition": Some(id=ID, name=LEAVE.name),
        "update": update,
        "prefix": "choice-",
    }
