from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = "Requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.urls import reverse

        from accounts.audit.subjects import Numbered, register_numbered
        from accounts.policies import register
        from accounts.scopes import register_scopes
        from forms_builder.policies import register_reader
        from workflows import (  # noqa: F401 - events register themselves
            condition_events,
            draft_events,
            events,
            machine_events,
            models,
            panel_events,
            policies,
            subjects,
        )
        from workflows.selectors.attachments import may_read
        from workflows.selectors.audited import subjects_of_number
        from workflows.selectors.definitions import absence_scopes
        from workflows.selectors.publishing import SUBJECT, last_editors, version_url
        from workflows.services import chaining, publishing

        register(models.WorkflowGroup, policies.groups)
        register(models.HoldReason, policies.hold_reasons)
        register(models.WorkflowDefinition, policies.definitions)
        register(models.WorkflowRun, policies.runs)
        register(models.Task, policies.tasks)
        register(models.MachineStep, policies.machines)
        register(models.Secret, policies.secrets)
        register(models.ConfiguredTask, policies.configured_tasks)
        register(models.SavedCondition, policies.saved_conditions)
        for model in (models.EntityWorkflow, models.EntityStateKind, models.EntityStateNext):
            register(model, policies.tracking)
        register(models.WorkflowSettings, policies.settings)
        register_reader(may_read)
        subjects.register(SUBJECT, subjects.Subject("Version", version_url, publishing.on_finish, last_editors))
        chained = subjects.Subject("Request", chaining.address, chaining.on_finish, chaining.authors)
        subjects.register(chaining.SUBJECT, chained)
        register_scopes(absence_scopes)
        register_numbered(Numbered("run", lambda ident: reverse("request", args=[ident]), subjects_of_number))
