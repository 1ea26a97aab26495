"""The tab Form: what is asked, and what each step does with it."""

from collections.abc import Mapping
from typing import Any

from workflows.selectors.definition_page import matrix_of, steps_of
from workflows.views.design.base import DesignTab, Desk


def context(desk: Desk) -> Mapping[str, Any]:
    steps = steps_of(desk.draft.graph)
    return {"steps": steps, "matrix": matrix_of(desk.draft.form, steps)}


TAB = DesignTab("form", "Form", "workflows/design/form.html", context)
