"""Rows of workflows and forms for the administration's table."""

from accounts.tenancy.models import OrganisationRow
from forms_builder.models import Attachment, Form, FormSettings, FormVersion
from tests.contracts.url_table import Line, World
from tests.contracts.urls_workflow_pages import bulk, leave, queued, started
from tests.factories.forms_builder import stored_file
from workflows.models import (
    BulkAct,
    Comment,
    Task,
    TransitionLog,
    WorkflowGroup,
    WorkflowRun,
    WorkflowSettings,
    WorkflowVersion,
)


def group(world: World) -> OrganisationRow:
    row: WorkflowGroup = WorkflowGroup.objects.create(organisation=world.acme.organisation, name=world.canary)
    return row


def version(world: World) -> OrganisationRow:
    row: WorkflowVersion = WorkflowVersion.objects.get(definition=world(leave))
    return row


def run(world: World) -> OrganisationRow:
    row: WorkflowRun = WorkflowRun.objects.get(id=world(started))
    return row


def task(world: World) -> OrganisationRow:
    row: Task = Task.objects.get(run_id=world(queued), state="waiting")
    return row


def comment(world: World) -> OrganisationRow:
    row: Comment = Comment.objects.filter(run_id=world(started)).earliest("created_at")
    return row


def log(world: World) -> OrganisationRow:
    row: TransitionLog = TransitionLog.objects.get(run_id=world(started), seq=2)
    return row


def form_version(world: World) -> FormVersion:
    found: WorkflowVersion = WorkflowVersion.objects.select_related("form__form").get(definition=world(leave))
    form: Form = found.form.form
    form.name = f"{form.name} {world.canary}"
    form.save(update_fields=["name"])
    row: FormVersion = found.form
    return row


def form(world: World) -> OrganisationRow:
    row: Form = Form.objects.get(id=world(form_version).form_id)
    return row


def file(world: World) -> OrganisationRow:
    row: Attachment = stored_file(world.acme.asha, name=f"{world.canary}.pdf")
    return row


def form_settings(world: World) -> OrganisationRow:
    row: FormSettings = FormSettings.objects.create(organisation=world.acme.organisation)
    return row


def request_settings(world: World) -> OrganisationRow:
    row: WorkflowSettings = WorkflowSettings.objects.create(organisation=world.acme.organisation)
    return row


def bulk_act(world: World) -> OrganisationRow:
    row: BulkAct = BulkAct.objects.get(id=world(bulk))
    return row


LINES: list[Line] = []
ADMIN_ROWS = {
    "workflows.workflowgroup": group,
    "workflows.workflowdefinition": leave,
    "workflows.workflowversion": version,
    "workflows.workflowrun": run,
    "workflows.task": task,
    "forms_builder.formsettings": form_settings,
    "workflows.workflowsettings": request_settings,
    "workflows.bulkact": bulk_act,
    "workflows.comment": comment,
    "workflows.transitionlog": log,
    "forms_builder.form": form,
    "forms_builder.formversion": form_version,
    "forms_builder.attachment": file,
}
