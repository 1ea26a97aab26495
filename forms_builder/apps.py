from django.apps import AppConfig


class FormsBuilderConfig(AppConfig):
    name = "forms_builder"
    verbose_name = "Forms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.policies import register
        from forms_builder import components, events, models, policies  # noqa: F401 - events register themselves

        components.load()
        register(models.Form, policies.forms)
        register(models.Attachment, policies.attachments)
        register(models.FormSettings, policies.settings)
