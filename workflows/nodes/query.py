"""Ask a database that the installation has opened for it: one statement that reads, with a time limit and a row cap.

Off by default. Tenants name a connection, they never describe one; which organisation may name which is said by the
installation. The role must be one that only reads, and the transaction is read-only on top of that.
"""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from forms_builder.schema.parts import FieldName, FreeJson, Part, plain
from workflows.nodes.base import Done, NodeKind, Work

Sql = Annotated[str, StringConstraints(min_length=1, max_length=5_000), AfterValidator(plain)]


class QueryParams(Part):
    """`sql` has its values as %(name)s, which are sent apart from it; it holds no placeholders itself."""

    connection: FieldName
    sql: Sql
    values: dict[FieldName, FreeJson] = Field(default_factory=dict, max_length=50)
    most: int = Field(default=100, ge=1, le=1_000)


class Query(NodeKind[QueryParams]):
    kind = "query"
    label = "Query a database"
    params = QueryParams
    setting = "NODES_SQL"

    def run(self, params: QueryParams, work: Work) -> Done:
        values = {name: work.value(template) for name, template in params.values.items()}
        rows = work.tools.rows(params.connection, params.sql, values, params.most)
        return Done({"rows": rows, "count": len(rows), "capped": len(rows) == params.most})
