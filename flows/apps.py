from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "flows"
    verbose_name = "Data flows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.policies import register
        from accounts.scopes import register_scopes
        from accounts.services.platform import register_preparation
        from flows import events, policies  # noqa: F401 - events register themselves
        from flows.configuration import named_states
        from flows.proposals.substitution import absence_scopes
        from flows.setup import PROPOSAL_WORKFLOW, organisation_prepare
        from workflows.services.tracking import register_named

        for model, policy in policies.POLICIES.items():
            register(model, policy)
        register_preparation(organisation_prepare)
        register_scopes(absence_scopes)
        register_named(PROPOSAL_WORKFLOW, named_states)
