"""Who may read the files of a request: the port that ``forms_builder`` asks."""

from accounts.models import Membership
from forms_builder.models import Attachment
from workflows.selectors.doors import open_run
from workflows.selectors.runs import RunNotFound


def may_read(actor: Membership, attachment: Attachment) -> bool:
    """Whether the person may see the request, and in it the field that the file answers."""
    if attachment.run_id is None:
        return False
    try:
        view = open_run(actor, attachment.run_id)
    except RunNotFound:
        return False
    if not attachment.field:
        # Made by an automatic step and in no field: for those who read everything.
        return view.readable >= frozenset(view.definition.form.by_name)
    return attachment.field in view.readable
