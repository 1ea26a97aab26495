"""Changes of rules as they stand in documents, without parsing them: a draft may hold one that is not finished."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

RawRule = dict[str, Any]
Renaming = Callable[[str], str]
_NAMING: Final = ("field", "value_field")


def ids_in(raw: Any) -> Iterator[str]:
    """The ids of the fields that a rule speaks about, in its order, with repetitions."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            if key in _NAMING and isinstance(value, str):
                yield value
            elif key not in ("value", "value_ref"):
                yield from ids_in(value)
    elif isinstance(raw, list | tuple):
        for one in raw:
            yield from ids_in(one)


def with_ids(raw: Any, renamed: Renaming) -> Any:
    """The rule with other ids of fields."""
    if isinstance(raw, Mapping):
        return {
            key: renamed(value)
            if key in _NAMING and isinstance(value, str)
            else value
            if key in ("value", "value_ref")
            else with_ids(value, renamed)
            for key, value in raw.items()
        }
    if isinstance(raw, list | tuple):
        return [with_ids(one, renamed) for one in raw]
    return raw


def without_ids(raw: RawRule, is_gone: Callable[[str], bool]) -> RawRule | None:
    """The rule without the conditions that speak about these fields, None when nothing is left of it."""
    if "rule" in raw and "schema_version" in raw:
        inner = without_ids(raw["rule"], is_gone) if isinstance(raw["rule"], dict) else None
        return None if inner is None else {**raw, "rule": inner}
    for key in ("all", "any"):
        if isinstance(raw.get(key), list):
            left = [one for child in raw[key] if isinstance(child, dict) and (one := without_ids(child, is_gone))]
            return {**raw, key: left} if left else None
    if isinstance(raw.get("not"), dict):
        inner = without_ids(raw["not"], is_gone)
        return None if inner is None else {**raw, "not": inner}
    return None if any(is_gone(one) for one in ids_in(raw)) else raw


def name_in(field_id: str, root: str) -> str | None:
    """The form field that an id such as `form.lines.count` speaks about, None for an id of another root."""
    head, _, rest = field_id.partition(".")
    return rest.partition(".")[0] if head == root and rest else None


def renaming(names: Mapping[str, str], roots: tuple[str, ...]) -> Renaming:
    """Ids of these fields, and of columns as `<table>.<column>`, under the roots; other ids stay."""

    def renamed(field_id: str) -> str:
        root, *parts = field_id.split(".")
        for count in (2, 1) if root in roots else ():
            if (name := names.get(".".join(parts[:count]))) is not None:
                return ".".join([root, name, *parts[count:]])
        return field_id

    return renamed


def about(names: Mapping[str, Any] | frozenset[str] | set[str], roots: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether an id speaks about one of these fields."""
    return lambda field_id: any(name_in(field_id, root) in names for root in roots)
