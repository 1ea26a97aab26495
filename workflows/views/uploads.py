"""Files that come with a form are stored first, so that a refused form does not lose them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from django.http import HttpRequest

from accounts.models import Membership
from forms_builder.schema.document import FormDocument
from forms_builder.services.attachments import attachments_from_page
from workflows.models import WorkflowGroup


@dataclass(frozen=True, slots=True)
class Uploads:
    """What became of the files: ids of the stored ones and why others were not, by field."""

    stored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, request: HttpRequest, actor: Membership, document: FormDocument, step: str, group: WorkflowGroup | None
    ) -> Self:
        """Store the files of the request for the fields that the step writes; others are dropped unread."""
        if not request.FILES:
            return cls()
        stored, problems = attachments_from_page(
            actor=actor, document=document, step=step, files=request.FILES, group=group.name if group else ""
        )
        return cls(stored, problems)


NO_UPLOADS = Uploads()
