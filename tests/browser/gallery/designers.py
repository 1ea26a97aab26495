"""The designers: the outline with an open row, what publishing means, and who did what in a draft."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace as Some
from typing import Any, cast
from uuid import uuid4

from django.test import RequestFactory
from django.utils.safestring import mark_safe

from forms_builder.exchange import import_text
from forms_builder.models import FormVersion
from tests.browser.gallery.parts import ID, LEAVE, Page, ago
from tests.browser.gallery.versions import CHANGES
from workflows.drafting.history import Entry, History
from workflows.forms import FormImportForm
from workflows.graph.cases import cases_to_json
from workflows.graph.definition import DefinitionDocument
from workflows.graph.svg import graph_svg
from workflows.models import WorkflowDefinition, WorkflowVersion
from workflows.selectors.drafts import Draft
from workflows.selectors.palette import Palette, kind_entries
from workflows.views.design import graph, outline
from workflows.views.design.base import Desk, Refused
from workflows.views.design.rules import RuleLine
from workflows.views.design.shell import frame

BLOCKS = {"code": "no-assignee", "at": "graph/steps/hr_review", "level": "blocks", "fix": ""}
WARNS = {"code": "no-fallback", "at": "graph/steps/manager_review/assignee/fallback", "level": "warns"}
PROBLEMS = [
    BLOCKS | {"message": "Nobody is asked at “HR review”.", "hint": "Say by a rule who is asked."},
    WARNS
    | {
        "message": "Where the rule of “Manager review” finds nobody, nobody else is asked.",
        "hint": "Name whom to ask then, for example the workflow owner.",
        "fix": "Ask the workflow's owner then",
    },
]
COMPARED = Some(
    number=3,
    before=2,
    changes=Some(groups=CHANGES),
    in_use=[Some(name="Manager review", requests=14, stays=True), Some(name="Archive", requests=2, stays=False)],
)
SAMPLE = Path(__file__).parents[2] / "forms_builder/exchange/samples/formio_vendor.json"
CLASH = {"place": "graph/steps/apply/name", "where": "name of the step “Apply”", "by": "Tess Rao"}


def desk(
    refused: Refused | None = None,
    opened: str = "",
    *,
    document: DefinitionDocument = LEAVE,
    problems: Sequence[dict[str, Any]] = PROBLEMS,
) -> Desk:
    """A draft that no database knows."""
    request = RequestFactory().get("/")
    cast(Any, request).session = {}
    cast(Any, request).membership = Some(organisation_id=ID)
    form = FormVersion(id=ID, document=document.form.to_json())
    version = WorkflowVersion(id=ID, number=3, graph=document.graph.to_json(), form=form, revision=4)
    version.cases = cases_to_json(document.cases)
    definition = WorkflowDefinition(id=ID, name=document.name)
    draft = Draft(cast(Any, Some(id=ID, organisation_id=ID)), definition, version)
    entries = tuple(Entry((uuid4(),), label, ago(minutes=2)) for label in ("Add “Archive”", "Rename “Apply” to “Ask”"))
    vars(draft)["history"] = History(entries[:1], entries[1:])
    made = Desk(request, draft, refused, opened)
    vars(made)["problems"] = list(problems)
    return made


def page_of(made: Desk, tab: str, more: dict[str, Any]) -> Page:
    return "workflows/design/page.html", {**frame(made, tab), **more}


def outline_open() -> Page:
    made = desk(opened="manager_review")
    return page_of(made, "outline", dict(outline.context(made)))


def outline_clash() -> Page:
    clash = CLASH | {"before": "Apply", "mine": "Begin", "theirs": "Ask"}
    refused = Refused("step.rename", {"step": "apply", "name": "Begin"}, "Somebody else changed it.", {}, (clash,))
    made = desk(refused)
    return page_of(made, "outline", dict(outline.context(made)))


def design_versions() -> Page:
    labels = [("do", "Add “Archive”"), ("undo", "Undo: Rename “Apply” to “Ask”"), ("do", "Rename “Apply” to “Ask”")]
    done = [Some(kind=kind, label=label, at=ago(minutes=3), actor=Some(name="Tess Rao")) for kind, label in 9 * labels]
    rows = [Some(number=3, state="draft", published_at=None, published_by="", open_runs=0)]
    rows += [Some(number=2, state="published", published_at=ago(days=9), published_by="Omar Shaikh", open_runs=16)]
    return page_of(desk(), "versions", {"operations": done, "versions": rows, "compared": COMPARED})


def design_rules() -> Page:
    """A good rule, one that took over what has a newer version by now, and a wrong one."""
    told: list[tuple[str, str, str, str, bool, tuple[str, ...], tuple[str, ...]]] = [
        ("Who is asked", "Manager review", "users", "Person is requester's manager.", False, (), ()),
        (
            "Who is asked",
            "HR review",
            "users",
            "Person is senior enough.",
            False,
            ("Senior enough",),
            ("Senior enough",),
        ),
        ("Shown when", "HR's note", "eye", "There is no field days_off.", True, (), ()),
    ]
    lines = [
        RuleLine(noun, owner, icon, words, "#", "graph/steps/hr_review/assignee", "", wrong, uses, old)
        for noun, owner, icon, words, wrong, uses, old in told
    ]
    groups = [("Steps", lines[:2]), ("Form", lines[2:])]
    return page_of(desk(), "rules", {"rule_groups": groups, "rule_count": len(lines)})


def design_rules_none() -> Page:
    return page_of(desk(), "rules", {"rule_groups": [], "rule_count": 0})


def design_graph() -> Page:
    """The canvas with everything that it loads."""
    made = desk()
    draft = made.draft
    svg = mark_safe(graph_svg(draft.graph, title="Steps", ident="graph", form=draft.form))
    start = {"document": draft.document, "revision": draft.revision, "operations": []}
    more = {
        "graph_svg": svg,
        "graph_svg_narrow": svg,
        "outline_url": "#",
        "canvas": graph.state(made, Palette(kind_entries(), ())),
        "draft_state": start,
    }
    return page_of(made, "graph", more)


def publish(blocked: bool) -> Callable[[], Page]:
    def made() -> Page:
        draft = desk().draft
        steps = (("Second look", "Any of the people for whom: person's roles includes Designer"),)
        problems = [one | {"url": "#"} for one in PROBLEMS]
        return "workflows/design/publish.html", {
            "found": Some(
                version=draft.version,
                approval=None if blocked else Some(name="Publish approval", steps=steps),
                asked=None,
                may_go_on=True,
            ),
            "definition": draft.definition,
            "compared": COMPARED,
            "blocking": problems[:1] if blocked else [],
            "warnings": problems[1:],
            "refused": [],
            "comment": "",
            "design_url": "#",
        }

    return made


def form_import(read: bool) -> Callable[[], Page]:
    def made() -> Page:
        at = desk()
        imported = Some(read=import_text(SAMPLE.read_bytes())) if read else None
        context = {"desk": at, "draft": at.draft, "definition": at.draft.definition, "tab": "form"}
        return "workflows/design/form_import.html", {**context, "form": FormImportForm(), "imported": imported}

    return made


DESIGNER_PAGES: dict[str, Callable[[], Page]] = {
    "design-graph": design_graph,
    "outline": outline_open,
    "outline-clash": outline_clash,
    "design-versions": design_versions,
    "design-rules": design_rules,
    "design-rules-none": design_rules_none,
    "form-import": form_import(read=False),
    "form-imported": form_import(read=True),
    "publish": publish(False),
    "publish-blocked": publish(True),
}
