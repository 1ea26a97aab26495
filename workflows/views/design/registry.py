"""The tabs of the designers, in their order."""

from collections.abc import Mapping
from typing import Final

from workflows.views.design import cases, form, graph, outline, rules, versions
from workflows.views.design.base import DesignTab

TABS: Final[Mapping[str, DesignTab]] = {
    tab.key: tab for tab in (graph.TAB, outline.TAB, form.TAB, rules.TAB, cases.TAB, versions.TAB)
}
