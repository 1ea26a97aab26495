"""What a place tells the rule editor about itself, and what the editor tells the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_builder.rule_editor.controls import Palette
from forms_builder.rule_editor.rows import Path
from forms_builder.rule_editor.words import Offers
from forms_builder.rules import RuleContext


@dataclass(frozen=True, slots=True)
class SavedChoice:
    """A saved condition that may be put into the rule."""

    key: str
    version: int
    name: str
    rule: Any


@dataclass(frozen=True)
class Setup:
    """The place that the rule is for: what it may speak about, and how the editor is labelled there.

    `empty` says what holds without any rule, `lead` begins the sentence. `required` refuses to leave it empty.
    `url` is where a button of the editor posts the form to be drawn again, empty for the form's own address.
    """

    context: RuleContext
    name: str = "rule"
    label: str = "Rule"
    lead: str = ""
    empty: str = "There is no condition yet."
    required: bool = False
    url: str = ""
    beside: str = ""
    """What else of the page follows the rule, as selectors; drawn again together with it."""
    offers: Offers = field(default_factory=Offers)
    groups: Mapping[str, str] = field(default_factory=dict)
    saved: tuple[SavedChoice, ...] = ()

    @property
    def palette(self) -> Palette:
        """What its rows choose from."""
        return Palette(self.context, self.offers, self.groups)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with the rule: at which row, in which part of it, and what to do."""

    path: Path
    part: str
    message: str
