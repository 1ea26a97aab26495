"""The conformance vectors as rows of temporary tables, so that the Q object can be asked on a real PostgreSQL."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.test.utils import isolate_apps

from forms_builder.rule_sql import ManyRows, MoneyColumn, People, Source
from forms_builder.rules import FieldSpec, FieldType, Money, loads
from tests.forms_builder.rules.vectors import Vector

COLUMNS = {
    FieldType.TEXT: "text",
    FieldType.CHOICE: "text",
    FieldType.NUMBER: "numeric",
    FieldType.MONEY: "bigint",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamptz",
    FieldType.TIME: "time",
    FieldType.BOOL: "boolean",
    FieldType.USER: "text",
    FieldType.GROUP: "text",
    FieldType.REFERENCE: "text",
}
MANY = (FieldType.MULTI_CHOICE, FieldType.FILE)
SIDES = "abc"

with isolate_apps("forms_builder"):

    class Row(models.Model):
        """One vector; the columns are made in `create_tables` and read by name only through annotations."""

        class Meta:
            app_label, db_table, managed = "forms_builder", "rule_row", False

    class Item(models.Model):
        """One of several values of a vector's field."""

        row = models.IntegerField()
        side = models.TextField()
        value = models.TextField()

        class Meta:
            app_label, db_table, managed = "forms_builder", "rule_item", False

    class Person(models.Model):
        """A person of one vector's directory; the key holds vector and name."""

        name = models.TextField(primary_key=True)
        manager = models.TextField()

        class Meta:
            app_label, db_table, managed = "forms_builder", "rule_person", False

    class Group(models.Model):
        """A group that a person is in."""

        person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
        name = models.TextField()

        class Meta:
            app_label, db_table, managed = "forms_builder", "rule_group", False

    for kind, sql_type in COLUMNS.items():
        for side in SIDES:
            field_class = {
                "text": models.TextField,
                "numeric": models.DecimalField,
                "bigint": models.BigIntegerField,
                "date": models.DateField,
                "timestamptz": models.DateTimeField,
                "time": models.TimeField,
                "boolean": models.BooleanField,
            }[sql_type]
            Row.add_to_class(f"{kind}_{side}", field_class(null=True))

PEOPLE = People(models.QuerySet(Person), "manager", ("links__name",))


def create_tables(vectors: tuple[Vector, ...]) -> None:
    """Fill temporary tables with one row per vector and the people of the vectors that have a directory."""
    columns = ", ".join(f"{kind}_{side} {sql_type}" for kind, sql_type in COLUMNS.items() for side in SIDES)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE rule_row (id int PRIMARY KEY, {columns})")
        cursor.execute("CREATE TEMP TABLE rule_item (id serial, row int, side text, value text)")
        cursor.execute("CREATE TEMP TABLE rule_person (name text PRIMARY KEY, manager text)")
        cursor.execute("CREATE TEMP TABLE rule_group (id serial, person_id text, name text)")
        for user in ("asha", "ravi", "meera", "hema", "hari", "farid"):
            manager = {"asha": "ravi", "ravi": "meera"}.get(user)
            cursor.execute("INSERT INTO rule_person VALUES (%s, %s)", [user, manager])
        for user, group in (("hema", "hr"), ("hema", "approvers"), ("hari", "hr"), ("farid", "finance")):
            cursor.execute("INSERT INTO rule_group (person_id, name) VALUES (%s, %s)", [user, group])
        for number, vector in enumerate(vectors):
            insert(cursor, number, vector)


def insert(cursor: Any, number: int, vector: Vector) -> None:
    """One row with the vector's values; blank texts stay blank, everything else that is empty is NULL."""
    row: dict[str, Any] = {"id": number}
    for field_id, (spec, side) in places(vector).items():
        value = loads.field(spec)(vector.values, vector.env)
        if spec.type in MANY:
            for item in value or ():
                values = [number, f"{spec.type}_{side}", item]
                cursor.execute("INSERT INTO rule_item (row, side, value) VALUES (%s, %s, %s)", values)
            continue
        if spec.type in (FieldType.TEXT, FieldType.CHOICE):
            value = vector.values[field_id]
        row[f"{spec.type}_{side}"] = int(value.amount * 100) if isinstance(value, Money) else value
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO rule_row ({names}) VALUES ({marks})", list(row.values()))


def places(vector: Vector) -> dict[str, tuple[FieldSpec, str]]:
    """Every field of the vector with the side (a, b, c) of its type that holds it."""
    found: dict[str, tuple[FieldSpec, str]] = {}
    for spec in vector.context.fields:
        taken = sum(other.type is spec.type for other, _ in found.values())
        found[spec.id] = (spec, SIDES[taken])
    return found


def mapping_of(vector: Vector) -> Mapping[str, Source]:
    """The columns of the vector's row."""
    return {field_id: source(vector, spec, side) for field_id, (spec, side) in places(vector).items()}


def source(vector: Vector, spec: FieldSpec, side: str) -> Source:
    """The column, or rows, of one field."""
    name = f"{spec.type}_{side}"
    if spec.type in MANY:
        return ManyRows(models.QuerySet(Item).filter(side=name), "row", "value")
    if spec.type is FieldType.MONEY:
        value = loads.field(spec)(vector.values, vector.env)
        return MoneyColumn(name, value.currency if isinstance(value, Money) else "INR")
    return name
