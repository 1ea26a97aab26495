"""What audit entries about a request have as their subject."""

from uuid import UUID

from forms_builder.models import Attachment
from workflows.models import Task, WorkflowRun


def subjects_of_number(organisation_id: UUID, number: int) -> list[UUID]:
    """The request with the number, its tasks and its files; nothing if there is none. Up to three statements."""
    run = WorkflowRun.objects.filter(organisation_id=organisation_id, number=number).only("id").first()
    if run is None:
        return []
    of_run = {"organisation_id": organisation_id, "run_id": run.id}
    tasks = Task.objects.filter(**of_run).values_list("id", flat=True)
    files = Attachment.objects.filter(**of_run).values_list("id", flat=True)
    return [run.id, *tasks, *files]
