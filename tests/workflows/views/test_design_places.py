"""Every edit of the graph has a place in the outline, by links and plain forms, and a place on the canvas or beside it."""

import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.accounts.clients import signed_in
from tests.cast import Acme
from workflows.drafting.edits import EDITS
from workflows.models import WorkflowDefinition

CANVAS = Path("static/src/islands/graph-canvas")
OTHER_TABS = ("form.", "case.", "defaults.")
"""What the tabs Form and Cases do, whichever view of the graph one comes from, and the page Preferences."""
PARTS = {
    "step.set": {"step.rename", "step.describe", "step.outcome", "step.kind"},
    "transition.set": {
        "transition.rename", "transition.lead", "transition.return", "transition.otherwise", "transition.reason",
    },
}  # fmt: skip
"""Edits that are done together by one form; programs do them one by one."""
FORM = re.compile(r'name="edit" value="([a-z.]+)"|name="do" value="([a-z]+\.[a-z.]+)["?]')
LINK, LOADED = re.compile(r'href="([^"]+)"'), re.compile(r'hx-get="([^"]+)"')
STEPS: tuple[dict[str, Any], ...] = (
    {"edit": "step.assignee", "step": "hr_review", "who": "rule", "mode": "panel"},
    {
        "edit": "approval.set",
        "step": "hr_review",
        "rule": "per_group",
        "approve": "hr_approves",
        "reject": "hr_rejects",
    },
    {"edit": "step.add", "name": "Both", "kind": "join", "from": "manager_review"},
    {"edit": "step.add", "name": "Machine", "kind": "auto", "from": "both"},
    {"edit": "node.choose", "step": "machine", "kind": "delay"},
    {"edit": "steps.copy", "steps": "apply"},
)


def edits_from(client: Client, links: re.Pattern[str], starts: Iterable[str], **headers: str) -> set[str]:
    """What the forms do on these pages and on those of one step, way, rule or row to which they lead."""
    found, seen, waiting = set[str](), set[str](), [*starts]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        page = unescape(client.get(address, headers=headers).content.decode())
        found |= {edit or pressed for edit, pressed in FORM.findall(page)}
        if "/design/rule/" in address and "Save the rule" in page:
            found.add("rule.set")
        ahead = (one.partition("#")[0] for one in links.findall(page))
        waiting += [one for one in ahead if re.search(r"/design/(item/|rule/|\?tab=outline)", one)]
    return found | {part for whole in found for part in PARTS.get(whole, ())}


@pytest.mark.django_db
def test_every_edit_has_a_place_in_both_views(acme: Acme, flow: WorkflowDefinition) -> None:
    client, root = signed_in(acme.omar), f"/workflows/{flow.id}/design/"
    for edit in STEPS:
        assert client.post(f"{root}edit/", edit | {"id": str(uuid4())}).status_code == 303, edit
    graph = client.get(f"{root}document/").json()["document"]["graph"]
    places = ["graph", *(f"graph/{part}/{one['key']}" for part in ("steps", "transitions") for one in graph[part])]
    wanted = {name for name in EDITS if not name.startswith(OTHER_TABS)}
    outline = edits_from(client, LINK, [f"{root}?tab=outline"])
    assert wanted - outline == {"steps.place"}  # where steps stand is a matter of the picture, and
    panel = edits_from(client, LOADED, [f"{root}item/?place={one}" for one in places], **{"HX-Request": "true"})
    strip = {edit for edit, _ in FORM.findall(client.get(f"{root}canvas/").json()["strip"])}
    drawn = set(re.findall(r'"([a-z]+\.[a-z]+)"', "".join(one.read_text("utf-8") for one in CANVAS.glob("*.ts*"))))
    assert wanted - panel - strip - drawn == {"step.move"}  # in which row one of the table.
