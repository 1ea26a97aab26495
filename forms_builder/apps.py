from django.apps import AppConfig


class FormsBuilderConfig(AppConfig):
    name = "forms_builder"
    verbose_name = "Forms"
    default_auto_field = "django.db.models.BigAutoField"
