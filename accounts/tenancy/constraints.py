"""Checks of the database that cost a writer next to nothing."""

from typing import Any

from django.db import models


class CompiledCheck(models.CheckConstraint):
    """A check constraint whose condition lives in a function of the same name, which the server keeps compiled.

    The text of an ordinary check is read, planned and made ready anew for every statement that writes to its table. On
    tables of which each decision writes rows that was a quarter of what the server did for it.
    """

    def __eq__(self, other: object) -> bool:
        # For migrations an ordinary check with the same condition is another constraint.
        return isinstance(other, CompiledCheck) and super().__eq__(other)

    __hash__ = models.CheckConstraint.__hash__

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return schema_editor._check_sql(self.name, self._made(model, schema_editor))  # noqa: SLF001 - as Django's own do

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return schema_editor._create_check_sql(model, self.name, self._made(model, schema_editor))  # noqa: SLF001

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        removed: Any = super().remove_sql(model, schema_editor)
        removed.template += f"; DROP FUNCTION {schema_editor.quote_name(self.name)}"
        return removed

    def _made(self, model: Any, editor: Any) -> str:
        """Create the function; returns its call. Its parameters are called like the columns, so that the condition is its body
        as it stands."""
        checks: Any = self
        name, condition = editor.quote_name(self.name), checks._get_check_sql(model, editor)  # noqa: SLF001
        fields = [model._meta.get_field(field) for field in sorted(checks.condition.referenced_base_fields)]
        columns = [editor.quote_name(field.column) for field in fields]
        kinds = [field.db_type(editor.connection) for field in fields]
        given = ", ".join(f"{column} {kind}" for column, kind in zip(columns, kinds, strict=True))
        editor.execute(
            f"CREATE FUNCTION {name}({given}) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE "
            f"AS $check$ BEGIN RETURN {condition}; END $check$",
            None,
        )
        return f"{name}({', '.join(columns)})"
