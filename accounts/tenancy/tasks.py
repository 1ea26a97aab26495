"""The base of Celery tasks that work for one organisation."""

from typing import Any
from uuid import UUID

from celery import Task

from accounts.tenancy.scope import MissingScope, organisation_scope


class OrganisationTask(Task[Any, Any]):
    """Runs its body in the scope of the keyword argument ``organisation_id``; refuses to run without one."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        organisation_id = kwargs.get("organisation_id")
        if organisation_id is None:
            raise MissingScope(f"{self.name} needs organisation_id.")
        with organisation_scope(UUID(str(organisation_id))):
            return super().__call__(*args, **kwargs)
