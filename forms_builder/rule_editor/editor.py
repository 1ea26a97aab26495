"""The rule editor of every place: from a stored rule or a posted form to the rule, what is wrong with it, and its picture.

A face makes one with `RuleEditor.of` or `RuleEditor.posted`, draws it with the template
`forms_builder/rule_editor/editor.html`, and stores `document` when `is_valid`. While `button` is set somebody has pressed a
button inside of the editor: draw it again and store nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from forms_builder.rule_editor.buttons import focus_after, pressed
from forms_builder.rule_editor.document import Built, document_of, rows_of
from forms_builder.rule_editor.picture import GroupPicture, drawn
from forms_builder.rule_editor.posted import Posted, rows_posted
from forms_builder.rule_editor.rows import Group, Item, Path, Row, SavedUse, insert, walk
from forms_builder.rule_editor.setup import Setup, Wrong
from forms_builder.rule_editor.words import capitalised
from forms_builder.rules import Op, Rule, RuleErrors, Shape, explain, parse
from forms_builder.rules.operators import SHAPES

_BLANK: Final = "Fill this in, or remove the condition."


class RuleEditor:
    """One rule being edited."""

    def __init__(self, setup: Setup, rows: Group, *, button: str = "", focus: str = "") -> None:
        self.setup = setup
        self.button = button
        self.focus = focus
        """The id of the control that is used next, empty to leave the focus where it is."""
        palette = setup.palette
        self.rows = _each_row(rows, palette.settled) if button else rows

    @classmethod
    def of(cls, setup: Setup, document: object) -> RuleEditor:
        """The editor of a stored rule."""
        return cls(setup, rows_of(document))

    @classmethod
    def posted(cls, setup: Setup, data: Mapping[str, Any] | Posted) -> RuleEditor:
        """The editor as it was posted, after the button that was pressed in it, if one was."""
        rows = rows_posted(data, setup.name)
        button = str(data.get(f"{setup.name}.do", "") or "")
        if button == "saved":
            rows = _with_saved(setup, rows, str(data.get(f"{setup.name}.saved", "") or ""))
        elif button.startswith("renew:"):
            rows = _renewed(setup, rows)
        after = pressed(rows, button)
        editor = cls(setup, after, button=button, focus=focus_after(setup.name, rows, after, button))
        if not button:
            editor.focus = editor.picture.first_wrong
        return editor

    @cached_property
    def built(self) -> Built:
        return document_of(self.rows, self.setup.context)

    @property
    def document(self) -> Any:
        """The rule as it is stored; None without any condition."""
        return self.built.document

    @cached_property
    def _parsed(self) -> tuple[Rule | None, tuple[Wrong, ...]]:
        if self.document is None:
            missing = Wrong((), "", "Add at least one condition.")
            return None, ((missing,) if self.setup.required else ())
        try:
            return parse(self.document, self.setup.context), ()
        except RuleErrors as errors:
            found = [self._wrong(error.place, error.code, error.message) for error in errors.errors]
            adrift = {one.path for one in found if one.part == "field"}
            return None, tuple(one for one in found if one.part == "field" or one.path not in adrift)

    @property
    def rule(self) -> Rule | None:
        """The rule, None without any condition or with a wrong one."""
        return self._parsed[0]

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """Everything that is wrong, by row."""
        return self._parsed[1]

    @property
    def is_valid(self) -> bool:
        """Whether the rule can be stored as it is."""
        return not self.wrong

    @property
    def shown_wrong(self) -> tuple[Wrong, ...]:
        """What is told: of a rule in the making nothing about rows that are not filled in yet."""
        if not self.button:
            return self.wrong
        blank = {path for path, item in walk(self.rows) if _is_blank(item)}
        return tuple(one for one in self.wrong if one.path not in blank and (one.path or self.rows.children))

    @property
    def sentence(self) -> str:
        """The rule in plain words; of an unfinished one what is finished."""
        rule = self.rule or self._finished
        if rule is None:
            return "" if self.rows.children else self.setup.empty
        text = explain(rule, self.setup.offers.names)
        return f"{self.setup.lead} {text}." if self.setup.lead else f"{capitalised(text)}."

    @property
    def is_unfinished(self) -> bool:
        """Whether the sentence leaves something out."""
        return bool(self.rows.children) and self.rule is None

    @cached_property
    def _finished(self) -> Rule | None:
        bad = {one.path for one in self.wrong}
        built = document_of(_without(self.rows, bad), self.setup.context)
        try:
            return parse(built.document, self.setup.context) if built.document is not None else None
        except RuleErrors:
            return None

    @cached_property
    def picture(self) -> GroupPicture:
        """The editor as the template draws it."""
        return drawn(self.rows, self.setup, self.shown_wrong)

    def _wrong(self, place: str, code: str, message: str) -> Wrong:
        """An error of the document at its row: the one that stands deepest on the way to the place."""
        path, found = max(
            ((path, where) for path, where in self.built.places.items() if _is_within(place, where)),
            key=lambda one: (len(one[1]), len(one[0])),
            default=((), "$"),
        )
        rest = place[len(found) :].lstrip(".")
        part = rest.partition(".")[0].partition("[")[0]
        part = part if part in ("field", "op") else "value" if part else ""
        if code in ("empty_value", "not_a_list"):
            message = _BLANK
        if code in ("unknown_field", "unknown_op") and self._is_blank_at(path):
            message = "Choose what the condition asks about." if code == "unknown_field" else "Choose a condition."
        return Wrong(path, part, capitalised(message))

    def _is_blank_at(self, path: Path) -> bool:
        return any(where == path and _is_blank(item) for where, item in walk(self.rows))


def _is_within(place: str, where: str) -> bool:
    return place == where or (place.startswith(where) and place[len(where)] in ".[")


def _is_blank(item: Item) -> bool:
    """Whether a row waits to be filled in."""
    if not isinstance(item, Row):
        return False
    if not item.field or not item.op:
        return True
    if item.op in set(Op) and SHAPES[Op(item.op)] is Shape.NOTHING:
        return False
    keys = [key for key in item.texts if key.rpartition(".")[2] not in ("mode", "unit", "side", "anchor", "currency")]
    return not any(text.strip() for key in keys for text in item.texts[key]) and item.mode("value") not in (
        "today",
        "now",
    )


def _each_row(group: Group, change: Any) -> Group:
    children = tuple(
        change(child) if isinstance(child, Row) else _each_row(child, change) if isinstance(child, Group) else child
        for child in group.children
    )
    return Group(group.kind, children)


def _without(group: Group, paths: set[Path], here: Path = ()) -> Group:
    """The rows without those at `paths` and without groups that are empty then."""
    found: list[Item] = []
    for index, child in enumerate(group.children):
        path = (*here, index)
        if isinstance(child, Group):
            inner = _without(child, paths, path)
            found += [inner] if inner.children else []
        elif path not in paths:
            found.append(child)
    return Group(group.kind, tuple(found))


def _with_saved(setup: Setup, rows: Group, key: str) -> Group:
    """The rows with a saved condition more, at their end."""
    found = next((one for one in setup.saved if one.key == key), None)
    if found is None:
        return rows
    return insert(rows, (len(rows.children),), SavedUse(found.key, found.version, found.name, found.rule))


def _renewed(setup: Setup, rows: Group) -> Group:
    """Every saved condition in its newest version."""
    newest = {one.key: SavedUse(one.key, one.version, one.name, one.rule) for one in setup.saved}

    def renewed(group: Group) -> Group:
        children = tuple(
            newest.get(child.key, child)
            if isinstance(child, SavedUse)
            else renewed(child)
            if isinstance(child, Group)
            else child
            for child in group.children
        )
        return Group(group.kind, children)

    return renewed(rows)
