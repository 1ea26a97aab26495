"""Protected states of django-fsm that can be read again."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django_fsm import FSMField


class ProtectedStates(models.Model):
    """Lets ``refresh_from_db`` read protected FSM fields.

    django-fsm's own mixin switches the protection of the field off for the whole process while it reads, and leaves it
    off when the row is gone. Here only this instance forgets its value, and gets it back when the row is gone.
    """

    class Meta:
        abstract = True

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        wanted = None if fields is None else list(fields)
        states = [f.attname for f in self._meta.concrete_fields if isinstance(f, FSMField) and f.protected]
        if wanted is None:
            deferred = self.get_deferred_fields()
            wanted = [f.attname for f in self._meta.concrete_fields if f.attname not in deferred]
        kept = {name: self.__dict__.pop(name) for name in states if name in wanted and name in self.__dict__}
        try:
            super().refresh_from_db(using=using, fields=wanted, from_queryset=from_queryset)
        except self.DoesNotExist:
            self.__dict__.update(kept)
            raise
