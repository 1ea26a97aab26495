"""The addresses of forms_builder."""

from collections.abc import Mapping
from typing import Any

from tests.contracts.url_table import Line, World
from tests.contracts.urls_workflow_admin import file


def of_file(world: World) -> Mapping[str, Any]:
    """A file of Asha's that no request has taken yet: hers alone."""
    return {"attachment_id": world(file).id}


LINES = [Line("attachments/<uuid:attachment_id>/", holder="asha", without="ravi", ids=of_file)]
