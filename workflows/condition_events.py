"""The facts of conditions that an organisation keeps under a name."""

from typing import ClassVar
from uuid import UUID

from accounts.audit.events import Event


class SavedConditionEvent(Event):
    """Something about a saved condition; `version_number` is its newest version."""

    subject_kind: ClassVar[str] = "workflows.saved_condition"

    name: str
    version_number: int
    by_id: UUID
    by_name: str


class SavedConditionSaved(SavedConditionEvent):
    kind: ClassVar[str] = "saved_condition.saved"


class SavedConditionDeleted(SavedConditionEvent):
    kind: ClassVar[str] = "saved_condition.deleted"
