"""The tab Cases: the stories that the draft must play, and how it plays them."""

from collections.abc import Mapping
from typing import Any

from workflows.services.cases import cases_play
from workflows.views.design.base import DesignTab, Desk


def context(desk: Desk) -> Mapping[str, Any]:
    draft = desk.draft
    played = cases_play(actor=draft.actor, definition_id=draft.definition.id, number=draft.version.number)
    return {"played": played, "version": draft.version}


TAB = DesignTab("cases", "Cases", "workflows/design/cases.html", context)
