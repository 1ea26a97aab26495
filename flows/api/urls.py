"""The REST addresses of flows, below ``/api/v1/flows/``."""

from django.urls import URLPattern, path

from flows.api import acts, catalogue, proposals, words

ONE = "proposals/<uuid:proposal_id>/"

urlpatterns: list[URLPattern] = [
    path("proposals/", proposals.ProposalListView.as_view(), name="api-flows-proposals"),
    path("proposals/validate/", proposals.ProposalValidateView.as_view(), name="api-flows-validate"),
    path("proposals/pending/", proposals.ProposalPendingView.as_view(), name="api-flows-pending"),
    path("proposals/bulk/", acts.ProposalsBulkView.as_view(), name="api-flows-bulk"),
    path(ONE, proposals.ProposalDetailView.as_view(), name="api-flows-proposal"),
    path(f"{ONE}approve/", acts.ProposalApproveView.as_view(), name="api-flows-approve"),
    path(f"{ONE}reject/", acts.ProposalRejectView.as_view(), name="api-flows-reject"),
    path(f"{ONE}cancel/", acts.ProposalCancelView.as_view(), name="api-flows-cancel"),
    path(f"{ONE}resubmit/", acts.ProposalResubmitView.as_view(), name="api-flows-resubmit"),
    path(f"{ONE}retry/", acts.ProposalRetryView.as_view(), name="api-flows-retry"),
    path(f"{ONE}approvers/", proposals.ProposalApproversView.as_view(), name="api-flows-approvers"),
    path(f"{ONE}permissions/", proposals.ProposalPermissionsView.as_view(), name="api-flows-permissions"),
    path(f"{ONE}transitions/", proposals.ProposalTransitionsView.as_view(), name="api-flows-transitions"),
    path(f"{ONE}comments/", proposals.ProposalCommentsView.as_view(), name="api-flows-comments"),
    path(f"{ONE}watch/", proposals.ProposalWatchView.as_view(), name="api-flows-watch"),
    path("entities/", catalogue.EntityListView.as_view(), name="api-flows-entities"),
    path("entities/<uuid:entity_id>/", catalogue.EntityView.as_view(), name="api-flows-entity"),
    path("logical/", catalogue.LogicalListView.as_view(), name="api-flows-logicals"),
    path("logical/<uuid:flow_id>/", catalogue.LogicalView.as_view(), name="api-flows-logical"),
    path("physical/", catalogue.PhysicalListView.as_view(), name="api-flows-physicals"),
    path("physical/<uuid:flow_id>/", catalogue.PhysicalView.as_view(), name="api-flows-physical"),
    path("data-types/", words.DataTypeListView.as_view(), name="api-flows-data-types"),
    path("enums/", words.EnumsView.as_view(), name="api-flows-enums"),
    path("reasons/", words.ReasonsView.as_view(), name="api-flows-reasons"),
    path("states/", words.StatesView.as_view(), name="api-flows-states"),
    path("sides/", words.SidesView.as_view(), name="api-flows-sides"),
]
