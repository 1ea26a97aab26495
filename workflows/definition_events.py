"""The facts of workflows themselves: imported, changed, published, deleted."""

from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event


class DefinitionEvent(Event):
    """Something about one workflow; ``subject_id`` is the definition."""

    subject_kind: ClassVar[str] = "workflows.definition"

    definition_name: str
    by_id: UUID
    by_name: str


class DefinitionImported(DefinitionEvent):
    kind: ClassVar[str] = "definition.imported"

    version_number: int
    library_key: str = ""


class DefinitionCloned(DefinitionEvent):
    kind: ClassVar[str] = "definition.cloned"

    source_id: UUID
    source_name: str


class DefinitionLibraryUpdated(DefinitionEvent):
    """A new version of the shipped workflow was brought together with the organisation's own; versions of the item."""

    kind: ClassVar[str] = "definition.library_updated"

    library_key: str
    from_version: int
    to_version: int
    version_number: int
    conflicts: int


class DefinitionChanged(DefinitionEvent):
    """Names, group, owner, visibility or activity; ``changes`` names the columns."""

    kind: ClassVar[str] = "definition.changed"

    changes: tuple[str, ...]


class DefinitionPublished(DefinitionEvent):
    kind: ClassVar[str] = "definition.published"

    version_id: UUID
    version_number: int


class DefinitionRetired(DefinitionEvent):
    kind: ClassVar[str] = "definition.retired"

    version_id: UUID
    version_number: int


class DefinitionDeleted(DefinitionEvent):
    kind: ClassVar[str] = "definition.deleted"

    open_runs: int


class DefinitionRestored(DefinitionEvent):
    kind: ClassVar[str] = "definition.restored"
