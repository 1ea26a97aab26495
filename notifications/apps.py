from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.audit.record import register_sink
        from accounts.policies import register
        from notifications import events, models, outbox, policies  # noqa: F401 - events register themselves

        register_sink(outbox.store)
        register(models.InboxItem, policies.inbox_items)
        for model, policy in policies.POLICIES.items():
            register(model, policy)
