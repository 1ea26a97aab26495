"""A schema editor that cannot make a tenant table without its wall.

A table with an ``organisation`` foreign key gets row-level security, enabled and forced, with two policies: everybody
sees and writes the rows of the declared organisation only; the owner role, under which migrations and the few
``SECURITY DEFINER`` functions run, sees all. Each OrganisationForeignKey gets the composite constraint.
"""

from hashlib import blake2s
from typing import Any

from django.db import models
from django.db.backends.postgresql import schema

from accounts.tenancy.fields import OrganisationForeignKey

DECLARED = "NULLIF(current_setting('app.organisation', true), '')::uuid"


def is_owned(model: type[models.Model]) -> bool:
    """Whether the table belongs to tenants; works on the historical models of migrations too."""
    return any(
        isinstance(field, models.ForeignKey) and field.name == "organisation" for field in model._meta.local_fields
    )


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    def create_model(self, model: type[models.Model]) -> None:
        super().create_model(model)
        if is_owned(model):
            self._wall(model._meta.db_table)
        for field in model._meta.local_fields:
            self._tie(model, field)

    def add_field(self, model: type[models.Model], field: Any) -> None:
        super().add_field(model, field)
        if field.name == "organisation" and isinstance(field, models.ForeignKey):
            self._wall(model._meta.db_table)
        self._tie(model, field)

    def _wall(self, table: str) -> None:
        name = self.quote_name(table)
        self.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        self.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        self.execute(
            f"CREATE POLICY organisation ON {name} "
            f"USING (organisation_id = {DECLARED}) WITH CHECK (organisation_id = {DECLARED})"
        )
        self.execute(f"CREATE POLICY owner ON {name} TO CURRENT_USER USING (true) WITH CHECK (true)")

    def _tie(self, model: type[models.Model], field: Any) -> None:
        if not isinstance(field, OrganisationForeignKey):
            return
        table, target = model._meta.db_table, field.remote_field.model._meta.db_table
        key = self.quote_name(f"{target}_organisation_id_key")
        digest = blake2s(f"{table}.{field.column}".encode(), digest_size=4).hexdigest()
        constraint = self.quote_name(f"{table[:40]}_{digest}_owned_fk")
        # Deferred to the end of the migration: the target may be made later in it, or be the table itself.
        self.deferred_sql.append(
            f"CREATE UNIQUE INDEX IF NOT EXISTS {key} ON {self.quote_name(target)} (organisation_id, id)"
        )
        self.deferred_sql.append(
            f"ALTER TABLE {self.quote_name(table)} ADD CONSTRAINT {constraint} "
            f"FOREIGN KEY (organisation_id, {self.quote_name(field.column)}) "
            f"REFERENCES {self.quote_name(target)} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED"
        )
