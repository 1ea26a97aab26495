"""Pages of this app, below ``/flows/``."""

from django.urls import URLPattern, path

from flows.views import catalogue, dashboard, direct, imports, proposals, wizard

app_name = "flows"
urlpatterns: list[URLPattern] = [
    path("", catalogue.CatalogueView.as_view(), name="catalogue"),
    path("export.csv", catalogue.CatalogueExportView.as_view(), name="catalogue_export"),
    path("suggest/", catalogue.SuggestView.as_view(), name="suggest"),
    path("entities/<uuid:entity_id>/", catalogue.EntityView.as_view(), name="entity"),
    path("logical/direct/", direct.LogicalCreateView.as_view(), name="direct_logical"),
    path("logical/<uuid:flow_id>/", catalogue.LogicalView.as_view(), name="logical"),
    path("logical/<uuid:flow_id>/direct/", direct.LogicalChangeView.as_view(), name="direct_logical_change"),
    path("logical/<uuid:flow_id>/direct/physical/", direct.PhysicalCreateView.as_view(), name="direct_physical"),
    path("physical/<uuid:flow_id>/", catalogue.PhysicalView.as_view(), name="physical"),
    path("physical/<uuid:flow_id>/direct/", direct.PhysicalChangeView.as_view(), name="direct_physical_change"),
    path("imports/", imports.ImportsView.as_view(), name="imports"),
    path("imports/new/", imports.ImportNewView.as_view(), name="import_new"),
    path("imports/templates/<slug:kind>.<slug:ending>", imports.ImportTemplateView.as_view(), name="import_template"),
    path("imports/<uuid:import_id>/", imports.ImportView.as_view(), name="import"),
    path("imports/<uuid:import_id>/apply/", imports.ImportApplyView.as_view(), name="import_apply"),
    path("imports/<uuid:import_id>/check/", imports.ImportAgainView.as_view(), name="import_check"),
    path("imports/<uuid:import_id>/discard/", imports.ImportDiscardView.as_view(), name="import_discard"),
    path("imports/<uuid:import_id>/errors.csv", imports.ImportErrorsView.as_view(), name="import_errors"),
    path("proposals/", dashboard.DashboardView.as_view(), name="dashboard"),
    path("proposals/export.csv", dashboard.DashboardExportView.as_view(), name="dashboard_export"),
    path("proposals/bulk/", proposals.BulkView.as_view(), name="bulk"),
    path("proposals/views/", dashboard.SavedViewsView.as_view(), name="saved_views"),
    path("proposals/views/<uuid:view_id>/delete/", dashboard.SavedViewDeleteView.as_view(), name="saved_view_delete"),
    path("proposals/new/", wizard.ProposalNewView.as_view(), name="proposal_new"),
    path("proposals/<uuid:proposal_id>/", proposals.ProposalView.as_view(), name="proposal"),
    path("proposals/<uuid:proposal_id>/approve/", proposals.ProposalApproveView.as_view(), name="proposal_approve"),
    path("proposals/<uuid:proposal_id>/reject/", proposals.ProposalRejectView.as_view(), name="proposal_reject"),
    path("proposals/<uuid:proposal_id>/cancel/", proposals.ProposalCancelView.as_view(), name="proposal_cancel"),
    path("proposals/<uuid:proposal_id>/retry/", proposals.ProposalRetryView.as_view(), name="proposal_retry"),
    path("proposals/<uuid:proposal_id>/comment/", proposals.ProposalCommentView.as_view(), name="proposal_comment"),
    path("proposals/<uuid:proposal_id>/watch/", proposals.ProposalWatchView.as_view(), name="proposal_watch"),
    path("proposals/<uuid:proposal_id>/revise/", proposals.ProposalReviseView.as_view(), name="proposal_revise"),
    path("drafts/<uuid:draft_id>/discard/", wizard.DraftDiscardView.as_view(), name="draft_discard"),
    path("drafts/<uuid:draft_id>/propose/", wizard.DraftProposeView.as_view(), name="draft_propose"),
    path("drafts/<uuid:draft_id>/<slug:step>/", wizard.DraftView.as_view(), name="draft"),
    path("physical/<uuid:flow_id>/propose-update/", wizard.ProposeUpdateView.as_view(), name="propose_update"),
    path("physical/<uuid:flow_id>/propose-remove/", proposals.ProposeRemoveView.as_view(), name="propose_remove"),
]
