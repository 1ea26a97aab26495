from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and rights"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import events  # noqa: F401  # events register themselves
        from accounts.policies.people import register_policies  # models are loaded only now
        from accounts.tenancy.postgresql.rights import take_away_excess

        register_policies()
        post_migrate.connect(take_away_excess, sender=self)
