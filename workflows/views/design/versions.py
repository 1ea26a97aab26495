"""The tab Versions: what this draft changes, and every edition before it."""

from collections.abc import Mapping
from typing import Any

from workflows.selectors.definition_changes import version_changes
from workflows.selectors.definition_page import definition_view, versions_of
from workflows.selectors.drafts import latest_operations
from workflows.views.design.base import DesignTab, Desk


def context(desk: Desk) -> Mapping[str, Any]:
    draft = desk.draft
    shown = definition_view(draft.actor, draft.definition.id, draft.version.number)
    return {
        "versions": versions_of(draft.actor, shown),
        "operations": latest_operations(draft.version),
        "compared": version_changes(draft.actor, draft.definition.id, draft.version.number),
    }


TAB = DesignTab("versions", "Versions", "workflows/design/versions.html", context)
