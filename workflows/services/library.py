"""Install a shipped workflow, and bring a copy to a newer version of it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Membership
from accounts.tenancy.errors import Conflict, Invalid
from workflows import policies
from workflows.definition_events import DefinitionLibraryUpdated
from workflows.graph.merge import Side, Verdict
from workflows.selectors.library import Update, item_of, library_update_of
from workflows.services.definitions import Imported, definition_import, locked


class ChangedMeanwhile(Conflict):
    code = "library.changed"
    message = "The workflow or the library has changed since you looked. Look at the differences again."


def library_install(*, actor: Membership, key: str, at: datetime | None = None) -> Imported:
    """The item as a draft of the organisation's own, owned by the actor. Raises Denied (``definition.create.denied``),
    ItemNotFound."""
    policies.definitions.require(actor, "create")
    item = item_of(key)
    return definition_import(actor=actor, document=item.document, library_key=item.key, at=at)


@transaction.atomic
def library_update(
    *,
    actor: Membership,
    definition_id: UUID,
    choices: Mapping[str, Side] | None = None,
    seen: str = "",
    at: datetime | None = None,
) -> Imported:
    """The merge as a draft, never published by itself. ``choices`` says by place whose word counts where both changed
    something; ours where it says nothing. ``seen`` is that of the `Update` somebody looked at.

    Raises DefinitionNotFound, Denied, CopyNotFound, NothingNew, ChangedMeanwhile, Invalid for choices about what is no
    conflict, DefinitionInvalid where the two versions make no document together.
    """
    moment = at or timezone.now()
    policies.definitions.require(actor, "edit", locked(actor, definition_id))
    update = library_update_of(actor, definition_id, dict(choices or {}))
    if seen and seen != update.seen:
        raise ChangedMeanwhile
    _refuse_unknown(update, choices or {})
    imported = definition_import(
        actor=actor,
        document=update.merged.document,
        definition_id=definition_id,
        label=f"Update to version {update.item.version} of the library",
        at=moment,
    )
    event = DefinitionLibraryUpdated(
        subject_id=definition_id,
        definition_name=update.definition.name,
        by_id=actor.id,
        by_name=actor.name,
        library_key=update.item.key,
        from_version=update.copy.version,
        to_version=update.item.version,
        version_number=imported.version.number,
        conflicts=len(update.merged.of(Verdict.CONFLICT)),
    )
    copy = update.copy
    copy.version, copy.base = update.item.version, update.item.document.to_json()
    copy.save(update_fields=["version", "base", *copy.touch(actor.id, moment)])
    record(event, actor=actor, organisation_id=actor.organisation_id, at=moment)
    return imported


def _refuse_unknown(update: Update, choices: Mapping[str, Side]) -> None:
    unknown = sorted(set(choices) - {one.place for one in update.merged.of(Verdict.CONFLICT)})
    if unknown:
        raise Invalid({f"choices.{place}": ["Nothing is to be chosen here."] for place in unknown[:20]})
