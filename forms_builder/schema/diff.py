"""What changed between two versions of a form, in sentences that a reviewer can read."""

from collections.abc import Iterator
from typing import Any, Final

from forms_builder.schema.document import FormDocument
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.layout import AnyNode, FieldNode, SectionNode, walk
from forms_builder.schema.parts import Access

_ELSEWHERE: Final = frozenset({"access", "default_access", "name", "type"})
_SHORT: Final = 60


def diff(old: FormDocument, new: FormDocument) -> list[str]:
    """Every difference as one sentence, in the order of the new document; empty when nothing changed."""
    return list(_differences(old, new))


def _differences(old: FormDocument, new: FormDocument) -> Iterator[str]:
    if old.title != new.title:
        yield f"The title changed from {_shown(old.title)} to {_shown(new.title)}."
    if old.description != new.description:
        yield "The description changed."
    for name, field in new.by_name.items():
        before = old.by_name.get(name)
        if before is None:
            yield f"Added {_kind(field)} “{field.label}” ({name})."
        else:
            yield from _field_differences(before, field)
    for name, field in old.by_name.items():
        if name not in new.by_name:
            yield f"Removed {_kind(field)} “{field.label}” ({name})."
    yield from _layout_differences(old, new)


def _field_differences(old: FieldBase, new: FieldBase) -> Iterator[str]:
    title = f"“{new.label}” ({new.name})"
    if type(old) is not type(new):
        yield f"{title} changed from {_kind(old)} to {_kind(new)}."
    for key in (*type(new).model_fields, *(key for key in type(old).model_fields if key not in type(new).model_fields)):
        before, after = getattr(old, key, None), getattr(new, key, None)
        if key not in _ELSEWHERE and before != after and hasattr(old, key) and hasattr(new, key):
            yield _setting_difference(title, key, before, after)
    for step in dict.fromkeys((*new.access, *old.access)):
        before, after = old.access_at(step), new.access_at(step)
        if before is not after:
            yield f"{title} at step “{step}” changed from {_access(before)} to {_access(after)}."
    if old.default_access is not new.default_access:
        yield f"{title} at all other steps changed from {_access(old.default_access)} to {_access(new.default_access)}."


def _setting_difference(title: str, key: str, before: Any, after: Any) -> str:
    words = key.replace("_", " ")
    if isinstance(before, bool) and isinstance(after, bool):
        return f"{title}: {words} is now {'on' if after else 'off'}."
    if not _is_plain(before) or not _is_plain(after):
        return f"{title}: {words} {'added' if not before else 'removed' if not after else 'changed'}."
    return f"{title}: {words} changed from {_shown(before)} to {_shown(after)}."


def _layout_differences(old: FormDocument, new: FormDocument) -> Iterator[str]:
    kept = set(old.by_name) & set(new.by_name)
    if _outline(old.nodes, kept) == _outline(new.nodes, kept):
        return
    before, after = (_places(document.nodes, kept) for document in (old, new))
    moved = [name for name in after if name in before and before[name] != after[name]]
    for name in moved:
        yield f"“{new.by_name[name].label}” ({name}) moved from {before[name]} to {after[name]}."
    if not moved:
        yield "The layout changed."


def _outline(nodes: tuple[AnyNode, ...], names: set[str]) -> list[tuple[int, AnyNode]]:
    """The tree as a flat list without its paths, and without fields that only one of the versions has."""
    return [
        (depth, node if isinstance(node, FieldNode) else node.model_copy(update={"children": ()}))
        for _, depth, node in walk(nodes)
        if not isinstance(node, FieldNode) or node.name in names
    ]


def _places(nodes: tuple[AnyNode, ...], names: set[str], section: str = "the top of the form") -> dict[str, str]:
    """The section in which each field stands."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, FieldNode):
            if node.name in names:
                found.setdefault(node.name, section)
        else:
            inner = f"section “{node.title}”" if isinstance(node, SectionNode) and node.title else section
            found |= _places(node.children, names, inner)
    return found


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float) or type(value).__name__ == "Decimal"


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    text = str(value)
    return f"“{text[:_SHORT]}…”" if len(text) > _SHORT else f"“{text}”"


def _kind(field: FieldBase) -> str:
    return f"{getattr(field, 'type', 'field')} field".replace("_", " ")


def _access(level: Access) -> str:
    return {"hidden": "hidden", "read": "read only", "write": "optional", "required": "required"}[level.value]
