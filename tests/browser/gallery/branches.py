"""A request that goes several ways at once: the pickers of who decides, and where it stands for who looks on."""

from datetime import timedelta
from types import SimpleNamespace as Some
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from tests.browser.gallery.parts import ID, Page, actions, ago, move, step_form
from tests.browser.gallery.requests import entry, request_parts
from tests.factories.branches import contract
from workflows.graph.definition import DefinitionDocument
from workflows.graph.layout import Direction
from workflows.graph.outline import NO_PROGRESS, Progress, outline
from workflows.graph.svg import graph_svg

CONTRACT = DefinitionDocument.load(contract())


def drawn(ident: str, progress: Progress = NO_PROGRESS, direction: Direction = Direction.DOWN) -> SafeString:
    document = CONTRACT.graph
    return mark_safe(graph_svg(document, title="Contract", ident=ident, progress=progress, direction=direction))


def branch(step: str, name: str, people: tuple[str, ...], note: str = "", **more: Any) -> Some:
    listed = [Some(id=one, name=one, note="") for one in people]
    given = {"open_to_all": False, "person": "", "errors": (), "ways": ("split",), "note": note}
    return Some(step=step, name=name, people=listed, **{**given, **more})


def request_branches() -> Page:
    pickers = [
        branch("law", "Law", ("Hema Rao", "Hari Menon"), errors=("Choose who is asked at “Law”.",)),
        branch("money", "Money", ("Farid Khan", "Fiona D'Souza"), "Opens only with some answers.", open_to_all=True),
        branch("tax", "Tax", (), "Goes to Fritz Vogel."),
    ]
    note = "Goes several ways at once: Law, Tax and, with some answers, Money."
    ways = [move("Split", note=note), move("Ask", "return", "Goes back to Asha Verma.", reason=True)]
    parts = request_parts(Progress(frozenset({"check"}), frozenset({"ask"}), frozenset({("ask", "check")})))
    parts["task"].step_name = "Check"
    return "workflows/request.html", {
        **parts,
        "graph_svg": drawn("path", Progress(frozenset({"check"}), frozenset({"ask"}), frozenset({("ask", "check")}))),
        "form": step_form(CONTRACT, "check", {"amount": 5000}, None),
        "actions": actions(ways, version=1, chosen="Split", branches=pickers),
        "role": "You decide this step",
    }


def request_waiting() -> Page:
    went = {("ask", "check"), ("check", "split"), ("split", "law"), ("law", "meet")}
    progress = Progress(
        frozenset({"money", "meet"}), frozenset({"ask", "check", "split", "law"}), frozenset(went), frozenset({"sign"})
    )
    parts = request_parts(progress)
    parts["task"].step_name = "Money"
    hema = {"kind": "moved", "by": "Hema Rao"}
    return "workflows/request.html", {
        **parts,
        "graph_svg": drawn("path", progress),
        "form": step_form(CONTRACT, "sign", {"amount": 5000}, None),
        "superseded": step_form(CONTRACT, "sign", {"amount": 4000, "advice": "Ask for a shorter notice."}, None),
        "others": [Some(step_name="Tax", assignee="Fritz Vogel", due_at=timezone.now() + timedelta(days=1))],
        "actions": None,
        "actions_why": "This step is with Farid Khan.",
        "role": "You asked for this",
        "progress": [
            Some(name="Ask", state="done", who="Asha Verma", at=ago(days=2)),
            Some(name="Law", state="done", who="Hema Rao", at=ago(hours=2)),
            Some(name="Money", state="current", who="Farid Khan", at=ago(hours=5)),
            Some(name="Tax", state="skipped", who="", at=None),
            Some(name="Meet", state="waiting", who="1 arrived, waits for others", at=None),
            Some(name="Sign", state="ahead", who="", at=None),
        ],
        "timeline": [
            entry(**hema, text="moved it to Meet", at=ago(days=1), superseded=True),
            entry(kind="cancelled", by="Farid Khan", text="closed Tax, which was with Fritz Vogel", at=ago(hours=20)),
            entry(
                kind="moved",
                by="Farid Khan",
                text="returned it to Check, with Ravi Nair",
                note="the answers of Law, Money were set aside",
                at=ago(hours=20),
            ),
            entry(kind="skipped", by="Ravi Nair", text="did not open Tax (Split)", at=ago(hours=6)),
            entry(**hema, text="moved it to Meet", at=ago(hours=2)),
            entry(kind="join_waiting", by="Hema Rao", text="reached Meet, which waits for others", at=ago(hours=2)),
        ],
    }


def definition_branches(sample: Page) -> Page:
    template, context = sample
    wide, narrow = drawn("graph", direction=Direction.RIGHT), drawn("narrow")
    named = Some(**{**vars(context["definition"]), "id": ID, "name": "Contract"})
    rows = outline(CONTRACT.graph, form=CONTRACT.form)
    return template, {**context, "definition": named, "graph_svg": wide, "graph_svg_narrow": narrow, "outline": rows}
