"""The facts about drafts of workflows."""

from typing import ClassVar

from workflows.definition_events import DefinitionEvent


class DraftStarted(DefinitionEvent):
    """Somebody began to change a workflow: a draft was made of its newest version."""

    kind: ClassVar[str] = "definition.draft_started"

    version_number: int


class DraftChanged(DefinitionEvent):
    """What designers did to a draft; ``labels`` says it in the words of the history, ``revision`` is the draft's afterwards."""

    kind: ClassVar[str] = "definition.draft_changed"

    version_number: int
    revision: int
    labels: tuple[str, ...]
