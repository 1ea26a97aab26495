"""Who signed, and when: a typed full name, and a drawing where a hand can draw."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from forms_builder.design.kinds import FieldKind, Group, PaletteItem, register
from forms_builder.design.settings import REQUIRED, always, named
from forms_builder.rules import FieldType
from forms_builder.schema import component
from forms_builder.schema.component import Component
from forms_builder.schema.conditions import ACTING
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.parts import has_unstorable, unturned
from forms_builder.schema.sources import Sources
from forms_builder.schema.standard import day_words
from forms_builder.schema.world import Refused, World, wrong

WIDTH: Final = 600
HEIGHT: Final = 200
MOST_STROKES: Final = 200
MOST_POINTS: Final = 4_000
LONGEST_NAME: Final = 120
LONGEST_TEXT: Final = 60_000
_KNOWN: Final = frozenset({"name", "strokes", "by", "by_name", "at"})

Strokes = list[list[int]]


class SignatureField(FieldBase):
    """Stored as {"name", "strokes", "by", "by_name", "at"}: what was typed and drawn, by whom and when, which only the
    server says. A stroke is a list of x and y in turn, whole numbers on a sheet of 600 by 200.
    """

    type: Literal["signature"] = "signature"


class Signature(Component[SignatureField]):
    field = SignatureField
    shape = "an object of name and strokes (lists of x and y on 600 by 200); by, by_name and at are the server's"
    is_group = True
    read_template = "forms_builder/inputs/read_signature.html"
    parts: ClassVar = {"name": ("name of who signed", FieldType.TEXT), "strokes": None}
    kept = ("by", "by_name", "at")
    machines_write = False

    def clean(self, field: SignatureField, raw: Any, world: World, key: str) -> dict[str, Any] | None:
        if not isinstance(raw, Mapping) or set(raw) - _KNOWN:
            raise wrong("Sign with your full name.")
        name, strokes = _name(raw.get("name")), strokes_of(raw.get("strokes"))
        if not name and not strokes:
            return None
        before = world.stored.get(key)
        if isinstance(before, Mapping) and (before.get("name"), before.get("strokes")) == (name, strokes):
            return dict(before)
        environment = world.sources.environment
        by_name = str(environment.acting.get(f"{ACTING}.name") or "")
        clock = environment.need_clock()
        return {
            "name": name or by_name,
            "strokes": strokes,
            "by": environment.acting.get(f"{ACTING}.id"),
            "by_name": by_name,
            "at": clock.now.astimezone(clock.time_zone).isoformat(timespec="minutes"),
        }

    def words(self, field: SignatureField, value: Any, known: Mapping[str, str]) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        name, by = value.get("name") or "", value.get("by_name") or ""
        signed = f"{name}, signed {_moment(value.get('at'))}".strip(", ")
        return f"{signed} by {by}" if by and by != name else signed

    def scene(self, field: SignatureField, value: Any, sources: Sources | None) -> Mapping[str, Any]:
        given = value if isinstance(value, Mapping) else {}
        try:
            strokes = strokes_of(given.get("strokes"))
        except Refused:
            strokes = []
        lines = [" ".join(f"{x},{y}" for x, y in zip(one[::2], one[1::2], strict=True)) for one in strokes]
        return {
            "strokes": json.dumps(strokes, separators=(",", ":")),
            "lines": lines,
            "signer": sources.environment.acting.get(f"{ACTING}.name") or "" if sources else "",
            "sheet": f"0 0 {WIDTH} {HEIGHT}",
        }


def _name(raw: Any) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str) or has_unstorable(raw):
        raise Refused(("name", "Type your full name."))
    name = " ".join(unturned(raw).split())
    if len(name) > LONGEST_NAME:
        raise Refused(("name", f"Use at most {LONGEST_NAME} characters."))
    return name


def strokes_of(raw: Any) -> Strokes:
    """The strokes of a drawing, from a list or from its JSON text. Raises Refused."""
    refused = Refused(("strokes", "This is no drawing. Clear it and sign again."))
    if raw is None or raw == "":
        return []
    if isinstance(raw, str):
        try:
            raw = json.loads(raw) if len(raw) <= LONGEST_TEXT else None
        except (ValueError, RecursionError) as error:
            raise refused from error
    if not isinstance(raw, list) or len(raw) > MOST_STROKES or not all(isinstance(one, list) for one in raw):
        raise refused
    if sum(len(one) for one in raw) > 2 * MOST_POINTS:
        raise Refused(("strokes", "This drawing has too many lines. Clear it and sign again."))
    if not all(len(one) > 1 and len(one) % 2 == 0 and _on_sheet(one) for one in raw):
        raise refused
    return raw


def _on_sheet(stroke: list[Any]) -> bool:
    if any(type(number) is not int for number in stroke):
        return False
    return all(0 <= x <= WIDTH for x in stroke[::2]) and all(0 <= y <= HEIGHT for y in stroke[1::2])


def _moment(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return ""
    return f"{day_words(moment.date().isoformat())}, {moment:%H:%M}"


component.register(Signature())
register(
    FieldKind("signature", "Signature", icon="signature", sample=always({"name": "Example"}), settings=named(REQUIRED)),
    PaletteItem(
        "signature", "Signature", icon="signature", group=Group.INPUTS, words="sign draw pen name consent",
        field={"type": "signature"},
    ),
)  # fmt: skip
