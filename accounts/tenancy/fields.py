"""The foreign key between tenant tables."""

from typing import Any, TypeVar

from django.db import models

_ST = TypeVar("_ST")
_GT = TypeVar("_GT")


class OrganisationForeignKey(models.ForeignKey[_ST, _GT]):
    """A reference from one tenant table to another.

    Django's own constraint would let a row of one organisation point to a row of another: foreign key checks bypass
    row-level security. So Django makes none, and the database backend adds the composite one,
    ``(organisation_id, x_id) -> (organisation_id, id)``, when the table is created.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        # Queries start with the organisation, so the useful index is a composite one that the model names.
        kwargs.setdefault("db_index", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs
