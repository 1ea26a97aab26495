"""The rows as the template draws them: controls with names, errors at their row, and which buttons make sense."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from forms_builder.rule_editor.controls import Control, Palette
from forms_builder.rule_editor.posted import SAVED, WRITTEN, stem
from forms_builder.rule_editor.rows import GROUP_WORDS, Group, Item, Path, Row, SavedUse, Written
from forms_builder.rule_editor.setup import Setup, Wrong
from forms_builder.rule_editor.words import capitalised
from forms_builder.rules import RuleErrors, explain, parse
from forms_builder.rules.ast import MAX_DEPTH


@dataclass(frozen=True, slots=True)
class RowPicture:
    """One condition. `number` is how people count it: "2", or "2.1" inside of a group."""

    path: str
    stem: str
    number: str
    controls: tuple[Control, ...]
    errors: tuple[str, ...]
    first: bool
    last: bool
    kind: str = "row"

    @property
    def ident(self) -> str:
        return self.stem.replace(".", "-")

    @property
    def first_wrong(self) -> str:
        """The id of the control to correct, empty where nothing is wrong."""
        return next((one.ident for one in self.controls if one.invalid), "")


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A saved condition, or a node that is carried along as it is written: `raw` is its text."""

    path: str
    stem: str
    number: str
    kind: str
    name: str
    text: str
    raw: str
    version: int
    newest: int
    errors: tuple[str, ...]
    first: bool
    last: bool

    @property
    def ident(self) -> str:
        return self.stem.replace(".", "-")

    @property
    def first_wrong(self) -> str:
        return f"{self.ident}-move" if self.errors else ""


@dataclass(frozen=True, slots=True)
class GroupPicture:
    """A group with its children. `word` stands between them: and, or."""

    path: str
    stem: str
    number: str
    choice: Control
    word: str
    children: tuple[GroupPicture | RowPicture | KeptPicture, ...]
    errors: tuple[str, ...]
    first: bool
    last: bool
    may_nest: bool
    kind: str = "group"

    @property
    def ident(self) -> str:
        return self.stem.replace(".", "-")

    @property
    def first_wrong(self) -> str:
        found = (child.first_wrong for child in self.children)
        return next(filter(None, found), f"{self.ident}-add" if self.errors else "")


def drawn(rows: Group, setup: Setup, wrong: Iterable[Wrong]) -> GroupPicture:
    """The whole tree."""
    found: dict[Path, list[Wrong]] = {}
    for one in wrong:
        found.setdefault(one.path, []).append(one)
    return _Drawer(setup, found).group(rows, (), first=True, last=True)


class _Drawer:
    def __init__(self, setup: Setup, wrong: dict[Path, list[Wrong]]) -> None:
        self.setup = setup
        self.palette: Palette = setup.palette
        self.wrong = wrong

    def group(self, group: Group, path: Path, *, first: bool, last: bool) -> GroupPicture:
        name = stem(self.setup.name, path)
        words = tuple((str(kind), text) for kind, text in GROUP_WORDS.items())
        label = "How the conditions come together"
        choice = Control("select", f"{name}.kind", label, str(group.kind), groups=(("", words),), redraws=True)
        end = len(group.children) - 1
        children = tuple(
            self.node(child, (*path, index), first=not path and index == 0, last=not path and index == end)
            for index, child in enumerate(group.children)
        )
        return GroupPicture(
            path=_written(path),
            stem=name,
            number=_number(path),
            choice=choice,
            word="and" if group.kind in ("all", "notall") else "or",
            children=children,
            errors=self.errors(path),
            first=first,
            last=last,
            may_nest=len(path) < MAX_DEPTH - 2,
        )  # fmt: skip

    def node(self, item: Item, path: Path, *, first: bool, last: bool) -> GroupPicture | RowPicture | KeptPicture:
        if isinstance(item, Group):
            return self.group(item, path, first=first, last=last)
        name, where = stem(self.setup.name, path), _written(path)
        if isinstance(item, Row):
            wrong = self.wrong.get(path, [])
            controls = self.palette.controls(item, name, wrong[0].part or "field" if wrong else "")
            return RowPicture(where, name, _number(path), controls, self.errors(path), first, last)
        if isinstance(item, SavedUse):
            return self.saved(item, path, first=first, last=last)
        return self.written(item, path, first=first, last=last)

    def saved(self, item: SavedUse, path: Path, *, first: bool, last: bool) -> KeptPicture:
        newest = next((one.version for one in self.setup.saved if one.key == item.key), item.version)
        raw = {"key": item.key, "version": item.version, "name": item.name, "rule": item.rule}
        return KeptPicture(
            _written(path), stem(self.setup.name, path), _number(path), SAVED, item.name, self.sentence(item.rule),
            json.dumps(raw), item.version, max(newest, item.version), self.errors(path), first, last,
        )  # fmt: skip

    def written(self, item: Written, path: Path, *, first: bool, last: bool) -> KeptPicture:
        raw = json.dumps(item.raw)
        return KeptPicture(
            _written(path), stem(self.setup.name, path), _number(path), WRITTEN, "", raw[:200], raw, 0, 0,
            self.errors(path), first, last,
        )  # fmt: skip

    def sentence(self, rule: object) -> str:
        try:
            return capitalised(explain(parse(rule, self.setup.context), self.setup.offers.names))
        except RuleErrors as errors:
            return errors.errors[0].message

    def errors(self, path: Path) -> tuple[str, ...]:
        return tuple(one.message for one in self.wrong.get(path, []))


def _written(path: Path) -> str:
    return ".".join(map(str, path))


def _number(path: Path) -> str:
    return ".".join(str(index + 1) for index in path)
