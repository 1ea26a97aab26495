"""A schema editor that cannot make a tenant table without its wall.

A table with an ``organisation`` foreign key gets row-level security, enabled and forced, with two policies: everybody
sees and writes the rows of the declared organisation only; the owner role, under which migrations and the few
``SECURITY DEFINER`` functions run, sees all. Each OrganisationForeignKey gets the composite constraint, in the place of
the one to the organisation where the column must be filled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def _organisation_follows(model: type[models.Model]) -> Iterator[None]:
    """No key to the organisation for a row that must point to another row of it: that one's key says as much, and each
    key is looked up, and its target locked, for every row written."""
    owner: Any = next((field for field in model._meta.local_fields if field.name == "organisation"), None)
    tied = any(isinstance(field, OrganisationForeignKey) and not field.null for field in model._meta.local_fields)
    if owner is None or not tied:
        yield
        return
    was, owner.db_constraint = owner.db_constraint, False
    try:
        yield
    finally:
        owner.db_constraint = was


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    def create_model(self, model: type[models.Model]) -> None:
        with _organisation_follows(model):
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
        if not isinstance(field, OrganisationForeignKey) or field.copied_from:
            return
        table, target = model._meta.db_table, field.remote_field.model._meta.db_table
        copies = [
            other.column
            for other in model._meta.local_fields
            if isinstance(other, OrganisationForeignKey) and other.copied_from == field.name
        ]
        digest = blake2s(f"{table}.{field.column}".encode(), digest_size=4).hexdigest()
        constraint = self.quote_name(f"{table[:40]}_{digest}_owned_fk")
        mine = ", ".join(map(self.quote_name, ("organisation_id", field.column, *copies)))
        theirs = ", ".join(map(self.quote_name, ("organisation_id", "id", *copies)))
        key = self.quote_name(f"{target}_organisation_id_key")
        # Deferred to the end of the migration: the target may be made later in it, or be the table itself.
        self.deferred_sql.append(
            f"CREATE UNIQUE INDEX IF NOT EXISTS {key} ON {self.quote_name(target)} (organisation_id, id)"
        )
        if copies:
            wide = self.quote_name(f"{target[:40]}_{digest}_copied_key")
            self.deferred_sql.append(f"CREATE UNIQUE INDEX {wide} ON {self.quote_name(target)} ({theirs})")
        self.deferred_sql.append(
            f"ALTER TABLE {self.quote_name(table)} ADD CONSTRAINT {constraint} "
            f"FOREIGN KEY ({mine}) REFERENCES {self.quote_name(target)} ({theirs}) DEFERRABLE INITIALLY DEFERRED"
        )
