"""What a definition was installed from is written down with it, for the merge with later versions."""

from datetime import datetime

from accounts.models import Membership
from workflows.library import LibraryItem
from workflows.models import LibraryCopy, WorkflowDefinition


def copy_remember(definition: WorkflowDefinition, item: LibraryItem, actor: Membership, at: datetime) -> LibraryCopy:
    """The definition holds that version of the item now."""
    row = LibraryCopy(
        organisation_id=definition.organisation_id,
        definition=definition,
        key=item.key,
        version=item.version,
        base=item.document.to_json(),
        created_at=at,
        created_by_id=actor.id,
    )
    row.touch(actor.id, at)
    row.save(force_insert=True)
    return row


def copy_repeat(source: WorkflowDefinition, definition: WorkflowDefinition, actor: Membership, at: datetime) -> None:
    """A copy of a definition comes from where the definition came from."""
    row = LibraryCopy.objects.filter(organisation_id=source.organisation_id, definition_id=source.id).first()
    if row is None:
        return
    again = LibraryCopy(
        organisation_id=definition.organisation_id,
        definition=definition,
        key=row.key,
        version=row.version,
        base=row.base,
        created_at=at,
        created_by_id=actor.id,
    )
    again.touch(actor.id, at)
    again.save(force_insert=True)
