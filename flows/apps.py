from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "flows"
    verbose_name = "Data flows"
    default_auto_field = "django.db.models.BigAutoField"
