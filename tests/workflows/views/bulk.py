"""Thousands of requests by a few statements: for lists that must cost the same at any length."""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from forms_builder.models import Form, FormVersion
from workflows.library import library_item
from workflows.models import WorkflowDefinition, WorkflowVersion

RUNS = """
INSERT INTO workflows_workflowrun (id, organisation_id, created_at, modified_at, number, definition_id, version_id,
    requester_id, status, outcome, title, data, labels, context, started_at, version_no)
SELECT gen_random_uuid(), %(org)s, t, t, %(first)s + n, %(definition)s, %(version)s, %(requester)s, 'running', '',
    'Leave of person ' || n, '{}', '{}', '{}', t, 1
FROM (SELECT n, now() - n * interval '1 minute' AS t FROM generate_series(1, %(count)s) n) made
"""
TASKS = """
INSERT INTO workflows_task (id, organisation_id, created_at, modified_at, run_id, definition_id, requester_id, step,
    step_name, state, assignee_id, unassigned, opened_at, reminded, overdue, escalations, transition, version)
SELECT gen_random_uuid(), organisation_id, started_at, started_at, id, definition_id, requester_id, 'manager_review',
    'Manager review', 'waiting', %(assignee)s, false, started_at, false, false, 0, '', 1
FROM workflows_workflowrun WHERE organisation_id = %(org)s AND number > %(first)s AND number <= %(first)s + %(count)s
"""
QUEUE = """
INSERT INTO workflows_taskcandidate (id, organisation_id, created_at, modified_at, task_id, member_id, is_open, opened_at)
SELECT gen_random_uuid(), t.organisation_id, t.opened_at, t.opened_at, t.id, m, true, t.opened_at
FROM workflows_task t JOIN workflows_workflowrun r ON r.id = t.run_id, unnest(%(queue)s::uuid[]) m
WHERE t.organisation_id = %(org)s AND r.number > %(first)s AND r.number <= %(first)s + %(count)s
"""

WATCH = """
INSERT INTO workflows_participant (id, organisation_id, created_at, modified_at, run_id, member_id, kind)
SELECT gen_random_uuid(), organisation_id, started_at, started_at, id, %s, 'watcher'
FROM workflows_workflowrun WHERE organisation_id = %s
"""


@dataclass
class Bulk:
    """A definition with raw rows, numbered on and on."""

    owner: Membership
    definition: WorkflowDefinition
    version: WorkflowVersion
    last: int = 0

    def requests(
        self,
        count: int,
        *,
        requester: Membership,
        assignee: Membership | None = None,
        queue: tuple[Membership, ...] = (),
    ) -> None:
        """Open requests, one a minute back from now, each with one open task."""
        values = {
            "org": self.owner.organisation_id,
            "definition": self.definition.id,
            "version": self.version.id,
            "requester": requester.id,
            "assignee": assignee.id if assignee else None,
            "queue": [member.id for member in queue],
            "first": self.last,
            "count": count,
        }
        with connection.cursor() as cursor:
            for statement in (RUNS, TASKS, QUEUE):
                cursor.execute(statement, values)
        self.last += count

    def follow(self, member: Membership) -> None:
        """The person watches every request that there is."""
        with connection.cursor() as cursor:
            cursor.execute(WATCH, [member.id, self.owner.organisation_id])


def bulk(owner: Membership) -> Bulk:
    """The shipped leave application, without going through the services."""
    item, organisation = library_item("leave_application"), owner.organisation
    form = Form.objects.create(organisation=organisation, name=item.name, slug="leave-application")
    form_version = FormVersion.objects.create(
        organisation=organisation, form=form, number=1, document=item.form.to_json()
    )
    definition = WorkflowDefinition.objects.create(
        organisation=organisation, name=item.name, slug="leave-application", owner=owner
    )
    version = WorkflowVersion.objects.create(
        organisation=organisation,
        definition=definition,
        number=1,
        graph=item.graph.to_json(),
        form=form_version,
        state="published",
        published_at=timezone.now(),
        published_by=owner,
    )
    definition.published_version = version
    definition.save(update_fields=["published_version"])
    return Bulk(owner, definition, version)
