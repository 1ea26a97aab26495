"""Who may take over a task: a role's code, or a grant for the workflow."""

from uuid import UUID

from accounts.models import Membership, ObjectGrant
from accounts.policies import carries
from workflows.models import TAKE_OVER
from workflows.policies import TAKE_OVER_CODE


def may_take_over(actor: Membership, definition_id: UUID) -> bool:
    """Whether the person has the right for tasks of this workflow. At most two queries."""
    return carries(actor, TAKE_OVER_CODE) or has_grant(actor, definition_id)


def has_grant(actor: Membership, definition_id: UUID) -> bool:
    """Whether a tenant admin gave the person the right for this workflow."""
    grants = ObjectGrant.objects.filter(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        object_pk=str(definition_id),
        permission__codename=TAKE_OVER,
        permission__content_type__app_label="workflows",
    )
    return bool(grants.exists())
