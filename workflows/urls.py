"""Pages of this app."""

from django.urls import path

from workflows.views import (
    actions,
    adding,
    bulk,
    callbacks,
    definitions,
    forecast,
    home,
    inbox,
    library,
    link_decision,
    links,
    machines,
    mail_decision,
    migration,
    pauses,
    preferences,
    requests,
    runs,
    search,
    start,
    why,
)
from workflows.views.design import case_pages, form_import, publish
from workflows.views.design import data as design_data
from workflows.views.design import form_preview as design_form_preview
from workflows.views.design import form_rules as design_form_rules
from workflows.views.design import graph as design_graph
from workflows.views.design import item as design_item
from workflows.views.design import node as design_node
from workflows.views.design import pages as design
from workflows.views.design import rule as design_rule

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("inbox/", inbox.InboxView.as_view(), name="inbox"),
    path("forecast/", forecast.ForecastView.as_view(), name="forecast"),
    path("forecast/chip/", forecast.ForecastChipView.as_view(), name="forecast_chip"),
    path("badges/", inbox.BadgesView.as_view(), name="badges"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("start/<slug:slug>/", start.RequestStartView.as_view(), name="request_start"),
    path("requests/<uuid:run_id>/", requests.RequestView.as_view(), name="request"),
    path("requests/<uuid:run_id>/why/", why.RequestWhyView.as_view(), name="request_why"),
    path("requests/<uuid:run_id>/withdraw/", actions.RunWithdrawView.as_view(), name="run_withdraw"),
    path("requests/<uuid:run_id>/comments/", actions.RunCommentView.as_view(), name="run_comment"),
    path("requests/<uuid:run_id>/watch/", actions.RunWatchView.as_view(), name="run_watch"),
    path("requests/<uuid:run_id>/stakeholders/", actions.RunStakeholderView.as_view(), name="run_stakeholder"),
    path("by-mail/<str:token>/", mail_decision.MailDecisionView.as_view(), name="mail_decision"),
    path("decide/<str:token>/", link_decision.LinkDecisionView.as_view(), name="link_decision"),
    path("decision-links/<uuid:link_id>/revoke/", links.LinkRevokeView.as_view(), name="decision_link_revoke"),
    path("tasks/<uuid:task_id>/links/", links.TaskLinksView.as_view(), name="task_links"),
    path("tasks/bulk/", bulk.BulkChoiceView.as_view(), name="bulk_choice"),
    path("tasks/bulk/ask/", bulk.BulkAskView.as_view(), name="bulk_ask"),
    path("tasks/bulk/<uuid:bulk_id>/", bulk.BulkView.as_view(), name="bulk"),
    path("tasks/bulk/<uuid:bulk_id>/undo/", bulk.BulkUndoView.as_view(), name="bulk_undo"),
    path("tasks/bulk/<uuid:bulk_id>/run/", bulk.BulkRunView.as_view(), name="bulk_run"),
    path("tasks/<uuid:task_id>/complete/", requests.TaskCompleteView.as_view(), name="task_complete"),
    path("tasks/<uuid:task_id>/reassign/", actions.TaskReassignView.as_view(), name="task_reassign"),
    path("tasks/<uuid:task_id>/take-over/", actions.TaskTakeOverView.as_view(), name="task_take_over"),
    path("tasks/<uuid:task_id>/hold/", pauses.TaskHoldView.as_view(), name="task_hold"),
    path("tasks/<uuid:task_id>/resume/", pauses.TaskResumeView.as_view(), name="task_resume"),
    path("tasks/<uuid:task_id>/ask/", pauses.TaskAskView.as_view(), name="task_ask"),
    path("tasks/<uuid:task_id>/answer/", pauses.TaskAnswerView.as_view(), name="task_answer"),
    path("machine-steps/", machines.MachineStepsView.as_view(), name="machine_steps"),
    path("machine-steps/<uuid:task_id>/retry/", machines.StepRetryView.as_view(), name="machine_step_retry"),
    path("machine-steps/<uuid:task_id>/skip/", machines.StepSkipView.as_view(), name="machine_step_skip"),
    path("callbacks/<str:token>/", callbacks.CallbackView.as_view(), name="machine_callback"),
    path("workflows/new/", adding.WorkflowNewView.as_view(), name="definition_new"),
    path("workflows/import/", definitions.DefinitionImportView.as_view(), name="definition_import"),
    path("workflows/library/", library.LibraryView.as_view(), name="library"),
    path("workflows/library/<slug:key>/", library.LibraryItemView.as_view(), name="library_item"),
    path("workflows/library/<slug:key>/install/", library.LibraryInstallView.as_view(), name="library_install"),
    path(
        "workflows/<uuid:definition_id>/library-update/",
        library.LibraryUpdateView.as_view(),
        name="definition_library_update",
    ),
    path("workflows/<uuid:definition_id>/", definitions.DefinitionView.as_view(), name="definition"),
    path("workflows/<uuid:definition_id>/design/", design.DesignView.as_view(), name="design"),
    path("workflows/<uuid:definition_id>/design/start/", design.DesignStartView.as_view(), name="design_start"),
    path("workflows/<uuid:definition_id>/design/edit/", design.DesignEditView.as_view(), name="design_edit"),
    path("workflows/<uuid:definition_id>/design/publish/", publish.DesignPublishView.as_view(), name="design_publish"),
    path("workflows/<uuid:definition_id>/design/undo/", design.DesignUndoView.as_view(), name="design_undo"),
    path("workflows/<uuid:definition_id>/design/redo/", design.DesignRedoView.as_view(), name="design_redo"),
    path("workflows/<uuid:definition_id>/design/cases/new/", case_pages.CaseNewView.as_view(), name="case_new"),
    path("workflows/<uuid:definition_id>/design/cases/edit/", case_pages.CaseEditView.as_view(), name="case_edit"),
    path(
        "workflows/<uuid:definition_id>/design/cases/record/", case_pages.CaseRecordView.as_view(), name="case_record"
    ),
    path("workflows/<uuid:definition_id>/design/cases/gate/", case_pages.CasesGateView.as_view(), name="cases_gate"),
    path(
        "workflows/<uuid:definition_id>/design/cases/overlay/",
        case_pages.CaseOverlayView.as_view(),
        name="cases_overlay",
    ),
    path(
        "workflows/<uuid:definition_id>/design/canvas/", design_graph.DesignCanvasView.as_view(), name="design_canvas"
    ),
    path(
        "workflows/<uuid:definition_id>/design/problems/", design.DesignProblemsView.as_view(), name="design_problems"
    ),
    path(
        "workflows/<uuid:definition_id>/design/form-rule/",
        design_form_rules.DesignFormRuleView.as_view(),
        name="design_form_rule",
    ),
    path(
        "workflows/<uuid:definition_id>/design/form-frame/",
        design_form_preview.DesignFormFrameView.as_view(),
        name="design_form_frame",
    ),
    path(
        "workflows/<uuid:definition_id>/design/form-import/",
        form_import.DesignFormImportView.as_view(),
        name="design_form_import",
    ),
    path("workflows/<uuid:definition_id>/design/item/", design_item.DesignItemView.as_view(), name="design_item"),
    path("workflows/<uuid:definition_id>/design/node/", design_node.DesignNodeView.as_view(), name="design_node"),
    path("workflows/<uuid:definition_id>/design/rule/", design_rule.DesignRuleView.as_view(), name="design_rule"),
    path(
        "workflows/<uuid:definition_id>/design/document/",
        design_data.DesignDocumentView.as_view(),
        name="design_document",
    ),
    path(
        "workflows/<uuid:definition_id>/design/operations/",
        design_data.DesignOperationsView.as_view(),
        name="design_operations",
    ),
    path("workflows/<uuid:definition_id>/clone/", definitions.DefinitionCloneView.as_view(), name="definition_clone"),
    path(
        "workflows/<uuid:definition_id>/publish/",
        definitions.DefinitionPublishView.as_view(),
        name="definition_publish",
    ),
    path(
        "workflows/<uuid:definition_id>/publish-request/",
        definitions.DefinitionAskView.as_view(),
        name="definition_ask",
    ),
    path(
        "workflows/<uuid:definition_id>/retire/", definitions.DefinitionRetireView.as_view(), name="definition_retire"
    ),
    path(
        "workflows/<uuid:definition_id>/export/", definitions.DefinitionExportView.as_view(), name="definition_export"
    ),
    path(
        "workflows/<uuid:definition_id>/delete/", definitions.DefinitionDeleteView.as_view(), name="definition_delete"
    ),
    path(
        "workflows/<uuid:definition_id>/restore/",
        definitions.DefinitionRestoreView.as_view(),
        name="definition_restore",
    ),
    path("workflows/<uuid:definition_id>/move/", migration.MigrationView.as_view(), name="definition_migration"),
    path(
        "workflows/<uuid:definition_id>/preferences/",
        preferences.PreferencesView.as_view(),
        name="definition_preferences",
    ),
    path(
        "workflows/<uuid:definition_id>/preferences/draft/",
        preferences.DefaultsView.as_view(),
        name="definition_defaults",
    ),
    path("workflows/<uuid:definition_id>/runs/", runs.RunsView.as_view(), name="runs"),
    path("workflows/<uuid:definition_id>/runs/export/", runs.RunsExportView.as_view(), name="runs_export"),
    path("workflows/<uuid:definition_id>/bottlenecks/", runs.BottlenecksView.as_view(), name="bottlenecks"),
    path(
        "workflows/<uuid:definition_id>/bottlenecks/overlay/",
        runs.BottlenecksOverlayView.as_view(),
        name="bottlenecks_overlay",
    ),
]
