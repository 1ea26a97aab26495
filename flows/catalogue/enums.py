"""The codes of attributes in words. Codes are what is stored and sent; people read names."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flows.models import EntityKind, EntityLife, EnumValue, FlowLife

Names = Mapping[tuple[str, str], str]
"""The name of a value by kind ("transport") and code ("FILE_TRANSPORT"), retired ones too."""

KIND_LABELS: Final[dict[str, str]] = {str(kind.value): str(kind.label) for kind in EntityKind}
LIFE_LABELS: Final[dict[str, str]] = {
    str(life.value): str(life.label) for lives in (EntityLife, FlowLife) for life in lives
}


def names_of(organisation_id: UUID) -> Names:
    """All attribute values of the organisation, in one query."""
    rows = EnumValue.objects.filter(organisation_id=organisation_id).values_list("kind", "code", "name")
    return {(kind, code): name for kind, code, name in rows}


def said(names: Names, kind: str, code: str) -> str:
    """What a code is called; a code that nobody knows any more says itself in words."""
    return names.get((kind, code)) or code.replace("_", " ").capitalize()


def basis(days: int) -> str:
    """ "T", "T+1", "T-30": days after the business day."""
    return f"T{days:+d}" if days else "T"


def kind_said(kind: str, is_external: bool) -> str:
    """ "Application", "External actor"."""
    label = KIND_LABELS.get(kind, kind)
    return f"External {label.lower()}" if is_external else label
