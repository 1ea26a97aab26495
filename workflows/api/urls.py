"""The REST addresses of workflows, below ``/api/v1/``."""

from django.urls import path

from workflows.api import attachments, bulk, definitions, forecast, migration, pauses, runs, tasks, why

urlpatterns = [
    path("tasks/bulk/", bulk.BulkView.as_view(), name="api-bulk"),
    path("tasks/bulk/<uuid:bulk_id>/", bulk.BulkDetailView.as_view(), name="api-bulk-act"),
    path("tasks/bulk/<uuid:bulk_id>/undo/", bulk.BulkUndoView.as_view(), name="api-bulk-undo"),
    path("tasks/bulk/<uuid:bulk_id>/run/", bulk.BulkRunView.as_view(), name="api-bulk-run"),
    path("workflows/", definitions.WorkflowListView.as_view(), name="api-workflows"),
    path("workflows/<uuid:workflow_id>/", definitions.WorkflowView.as_view(), name="api-workflow"),
    path("workflows/<uuid:workflow_id>/runs/", runs.WorkflowRunsView.as_view(), name="api-workflow-runs"),
    path("runs/", runs.RunListView.as_view(), name="api-runs"),
    path("runs/<uuid:run_id>/", runs.RunDetailView.as_view(), name="api-run"),
    path("runs/<uuid:run_id>/comments/", runs.RunCommentsView.as_view(), name="api-run-comments"),
    path("runs/<uuid:run_id>/timeline/", runs.RunTimelineView.as_view(), name="api-run-timeline"),
    path("runs/<uuid:run_id>/why/", why.RunWhyView.as_view(), name="api-run-why"),
    path("runs/<uuid:run_id>/withdraw/", runs.RunWithdrawView.as_view(), name="api-run-withdraw"),
    path("runs/<uuid:run_id>/watch/", runs.RunWatchView.as_view(), name="api-run-watch"),
    path("runs/<uuid:run_id>/stakeholders/", runs.RunStakeholdersView.as_view(), name="api-run-stakeholders"),
    path("tasks/", tasks.TaskListView.as_view(), name="api-tasks"),
    path("tasks/<uuid:task_id>/", tasks.TaskDetailView.as_view(), name="api-task"),
    path("tasks/<uuid:task_id>/complete/", tasks.TaskCompleteView.as_view(), name="api-task-complete"),
    path("tasks/<uuid:task_id>/reassign/", tasks.TaskReassignView.as_view(), name="api-task-reassign"),
    path("tasks/<uuid:task_id>/take-over/", tasks.TaskTakeOverView.as_view(), name="api-task-take-over"),
    path("tasks/<uuid:task_id>/claim/", tasks.TaskClaimView.as_view(), name="api-task-claim"),
    path("tasks/<uuid:task_id>/assign/", tasks.TaskAssignView.as_view(), name="api-task-assign"),
    path("tasks/<uuid:task_id>/hold/", pauses.TaskHoldView.as_view(), name="api-task-hold"),
    path("tasks/<uuid:task_id>/resume/", pauses.TaskResumeView.as_view(), name="api-task-resume"),
    path("tasks/<uuid:task_id>/ask/", pauses.TaskAskView.as_view(), name="api-task-ask"),
    path("tasks/<uuid:task_id>/answer/", pauses.TaskAnswerView.as_view(), name="api-task-answer"),
    path("forecast/", forecast.ForecastView.as_view(), name="api-forecast"),
    path("attachments/", attachments.AttachmentUploadView.as_view(), name="api-attachments"),
    path("attachments/<uuid:attachment_id>/", attachments.AttachmentView.as_view(), name="api-attachment"),
    path("definitions/", definitions.DefinitionListView.as_view(), name="api-definitions"),
    path("definitions/<uuid:definition_id>/", definitions.DefinitionView.as_view(), name="api-definition"),
    path(
        "definitions/<uuid:definition_id>/publish/",
        definitions.DefinitionPublishView.as_view(),
        name="api-definition-publish",
    ),
    path(
        "definitions/<uuid:definition_id>/publish-request/",
        definitions.DefinitionAskView.as_view(),
        name="api-definition-publish-request",
    ),
    path(
        "definitions/<uuid:definition_id>/cases/",
        definitions.DefinitionCasesView.as_view(),
        name="api-definition-cases",
    ),
    path(
        "definitions/<uuid:definition_id>/restore/",
        definitions.DefinitionRestoreView.as_view(),
        name="api-definition-restore",
    ),
    path(
        "definitions/<uuid:definition_id>/clone/",
        definitions.DefinitionCloneView.as_view(),
        name="api-definition-clone",
    ),
    path(
        "definitions/<uuid:definition_id>/changes/",
        definitions.DefinitionChangesView.as_view(),
        name="api-definition-changes",
    ),
    path(
        "definitions/<uuid:definition_id>/migration/rehearsal/",
        migration.MigrationRehearsalView.as_view(),
        name="api-definition-rehearsal",
    ),
    path(
        "definitions/<uuid:definition_id>/migration/",
        migration.MigrationView.as_view(),
        name="api-definition-migration",
    ),
    path(
        "definitions/<uuid:definition_id>/retire/",
        definitions.DefinitionRetireView.as_view(),
        name="api-definition-retire",
    ),
]
