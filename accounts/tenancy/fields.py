"""Fields of tenant tables: the foreign key between them, and JSON that is read as a whole."""

from functools import partial
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.db.models.fields.json import KeyTransform
from psycopg.types.json import Json, Jsonb

_ST = TypeVar("_ST")
_GT = TypeVar("_GT")


class OrganisationForeignKey(models.ForeignKey[_ST, _GT]):
    """A reference from one tenant table to another.

    Django's own constraint would let a row of one organisation point to a row of another: foreign key checks bypass
    row-level security. So Django makes none, and the database backend adds the composite one,
    ``(organisation_id, x_id) -> (organisation_id, id)``, when the table is created.

    ``copied_from`` names another such field of the model whose target has a column of the same name: this one repeats it
    for an index. That field's constraint then includes the column, so the copy cannot differ, and this one needs none.
    """

    def __init__(self, *args: Any, copied_from: str = "", **kwargs: Any) -> None:
        self.copied_from = copied_from
        kwargs["db_constraint"] = False
        # Queries start with the organisation, so the useful index is a composite one that the model names.
        kwargs.setdefault("db_index", False)
        super().__init__(*args, **kwargs)

    def formfield(self, form_class: Any = None, choices_form_class: Any = None, **kwargs: Any) -> Any:
        """A choice among nothing: the form must say which rows of the organisation it offers."""
        given = {
            "form_class": form_class or forms.ModelChoiceField,
            "queryset": self.remote_field.model._base_manager.none(),
            "to_field_name": self.remote_field.field_name,
            **kwargs,
            "blank": self.blank,
        }
        # Past ForeignKey's own, which asks the default manager, and that one refuses outside of a scope.
        return super(models.ForeignKey, self).formfield(**given)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        if self.copied_from:
            kwargs["copied_from"] = self.copied_from
        return name, path, args, kwargs


class WholeJSONField(models.JSONField):
    """JSON that is written once and read as a whole: PostgreSQL's ``json`` keeps the text, after looking whether it is JSON.

    For columns that every decision writes: taking it apart for ``jsonb`` costs the server as much as a foreign key. Lookups by
    key work, and take each row apart.
    """

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        given = super().get_db_prep_save(value, connection)
        return Json(given.obj, given.dumps) if isinstance(given, Jsonb) else given

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The driver reads ``json`` by itself; a lookup by key gives text, as of ``jsonb``."""
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value

    def get_transform(self, name: str) -> Any:
        found = super(models.JSONField, self).get_transform(name)
        return found or partial(_KeyOfWhole, name)


class _KeyOfWhole(KeyTransform):
    def preprocess_lhs(self, compiler: Any, connection: Any) -> Any:
        whole, params, keys = super().preprocess_lhs(compiler, connection)
        return f"({whole})::jsonb", params, keys
