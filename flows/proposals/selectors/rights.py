"""Who speaks for which approval: one expression, asked for a proposal, for a person, or for both.

Approver lists, pending lists, counts and the checks of the services all read ``SPEAKERS``, so none of them can differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.models import Membership

SPEAKERS: Final = """
    SELECT a.organisation_id, a.id AS approval_id, a.proposal_id, a.revision, a.side_id, a.status,
           i.member_id, k.may_approve, k.may_reject, i.kind_id AS because_id, 'involvement' AS because
      FROM flows_approval a
      JOIN flows_catalogueentity e ON e.organisation_id = a.organisation_id AND e.id = a.entity_id
      JOIN flows_sidekind k ON k.organisation_id = a.organisation_id AND k.side_id = a.side_id
                           AND (k.entity_kind = '' OR k.entity_kind = e.kind)
      JOIN flows_involvement i ON i.organisation_id = a.organisation_id AND i.entity_id = a.entity_id
                              AND i.kind_id = k.involvement_kind_id
    UNION ALL
    SELECT a.organisation_id, a.id, a.proposal_id, a.revision, a.side_id, a.status,
           m.membership_id, r.may_approve, r.may_reject, r.role_id, 'role'
      FROM flows_approval a
      JOIN flows_siderole r ON r.organisation_id = a.organisation_id AND r.side_id = a.side_id
      JOIN accounts_membershiprole m ON m.organisation_id = a.organisation_id AND m.role_id = r.role_id
    UNION ALL
    SELECT a.organisation_id, a.id, a.proposal_id, a.revision, a.side_id, a.status,
           o.member_id, true, true, o.data_type_id, 'data_type'
      FROM flows_approval a
      JOIN flows_approvalside s ON s.organisation_id = a.organisation_id AND s.id = a.side_id AND s.anchor = 'data_type'
      JOIN flows_proposaldatatype t ON t.organisation_id = a.organisation_id AND t.proposal_id = a.proposal_id
      JOIN flows_datatypeowner o ON o.organisation_id = a.organisation_id AND o.data_type_id = t.data_type_id
"""
"""One row per approval, person and ground: an involvement with its entity, a role, or a data type of the proposal."""

UNSPOKEN: Final = """
       NOT EXISTS (
           SELECT 1 FROM flows_vote v
             JOIN flows_approval b ON b.organisation_id = v.organisation_id AND b.id = v.approval_id
            WHERE v.organisation_id = r.organisation_id AND v.proposal_id = r.proposal_id AND v.revision = r.revision
              AND v.member_id = r.member_id AND (b.id = r.approval_id
                                              OR (NOT coalesce(s.same_person_both_sides, false) AND b.side_id <> r.side_id))
       )
"""
"""Of ``r``: the person has no vote here, and none for another side unless the settings ``s`` let one speak for several."""

# Four eyes: the maker's own, what one has voted on, and what one has another side's vote in are nobody's to decide; the two
# switches of the organisation open the first and the last. A right to reject alone is still something to do.
PENDING: Final = f"""
    SELECT r.proposal_id FROM ({SPEAKERS}) r
      JOIN flows_proposedflow p ON p.organisation_id = r.organisation_id AND p.id = r.proposal_id
                               AND p.is_open AND p.revision = r.revision
      LEFT JOIN flows_flowsettings s ON s.organisation_id = r.organisation_id
     WHERE r.organisation_id = %s AND r.member_id = %s AND r.status = 'pending' AND (r.may_approve OR r.may_reject)
       AND (p.maker_id <> r.member_id OR (coalesce(s.maker_may_approve, false) AND r.may_approve))
       AND {UNSPOKEN}
"""  # noqa: S608 - a constant

# Too few active people are left for an open approval, four eyes asked, and nobody knows; or it was told and no longer holds.
UNATTENDED: Final = f"""
    SELECT DISTINCT a.proposal_id FROM flows_approval a
      JOIN flows_proposedflow p ON p.organisation_id = a.organisation_id AND p.id = a.proposal_id
                               AND p.is_open AND p.revision = a.revision
      LEFT JOIN flows_flowsettings s ON s.organisation_id = a.organisation_id
      CROSS JOIN LATERAL (
          SELECT count(DISTINCT r.member_id) AS people FROM ({SPEAKERS}) r
            JOIN accounts_membership m ON m.organisation_id = r.organisation_id AND m.id = r.member_id AND m.is_active
            JOIN accounts_user u ON u.id = m.user_id AND u.is_active
           WHERE r.organisation_id = a.organisation_id AND r.approval_id = a.id AND r.may_approve
             AND (p.maker_id <> r.member_id OR coalesce(s.maker_may_approve, false))
             AND {UNSPOKEN}
      ) able
      CROSS JOIN LATERAL (
          SELECT count(*) AS given FROM flows_vote v
           WHERE v.organisation_id = a.organisation_id AND v.approval_id = a.id AND v.decision = 'approve'
      ) votes
     WHERE a.organisation_id = %s AND a.status = 'pending'
       AND (able.people < a.quorum - votes.given) <> (a.unattended_at IS NOT NULL)
     LIMIT %s
"""  # noqa: S608 - a constant

MINE: Final = f"""
    SELECT r.approval_id, bool_or(r.may_approve), bool_or(r.may_reject) FROM ({SPEAKERS}) r
     WHERE r.organisation_id = %s AND r.proposal_id = ANY(%s) AND r.member_id = %s
     GROUP BY r.approval_id
"""  # noqa: S608 - a constant

ALL: Final = f"""
    SELECT r.approval_id, m.id, m.name, m.email, bool_or(r.may_approve), bool_or(r.may_reject),
           array_agg(DISTINCT coalesce(k.name, o.name, d.name))
      FROM ({SPEAKERS}) r
      JOIN accounts_membership m ON m.organisation_id = r.organisation_id AND m.id = r.member_id AND m.is_active
      JOIN accounts_user u ON u.id = m.user_id AND u.is_active
      LEFT JOIN flows_involvementkind k ON r.because = 'involvement' AND k.id = r.because_id
      LEFT JOIN accounts_role o ON r.because = 'role' AND o.id = r.because_id
      LEFT JOIN flows_datatype d ON r.because = 'data_type' AND d.id = r.because_id
     WHERE r.organisation_id = %s AND r.proposal_id = ANY(%s)
     GROUP BY r.approval_id, m.id, m.name, m.email ORDER BY m.name, m.id
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody active who speaks for an approval. ``because``: names of the involvements, roles or data types."""

    member_id: UUID
    name: str
    email: str
    may_approve: bool
    may_reject: bool
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person may do with one approval by their involvements and roles, four eyes not yet asked."""

    may_approve: bool
    may_reject: bool


def voices_of(actor: Membership, proposal_ids: Iterable[UUID]) -> dict[UUID, Voice]:
    """The approvals of these proposals, of any revision, for which the person speaks."""
    rows = _rows(MINE, [actor.organisation_id, list(proposal_ids), actor.id])
    return {approval_id: Voice(approve, reject) for approval_id, approve, reject in rows if approve or reject}


def speakers_of(organisation_id: UUID, proposal_ids: Iterable[UUID]) -> dict[UUID, tuple[Speaker, ...]]:
    """Everybody active who speaks for each approval of these proposals, by name."""
    found: dict[UUID, list[Speaker]] = defaultdict(list)
    for approval_id, ident, name, email, approve, reject, because in _rows(ALL, [organisation_id, list(proposal_ids)]):
        if approve or reject:
            found[approval_id].append(Speaker(ident, name, email, approve, reject, tuple(because)))
    return {approval_id: tuple(people) for approval_id, people in found.items()}


def unattended_ids(organisation_id: UUID, *, limit: int) -> list[UUID]:
    """Open proposals of which an approval has lost its people, or has them again after the loss was told."""
    return [ident for (ident,) in _rows(UNATTENDED, [organisation_id, limit])]


def pending_parameters(actor: Membership) -> list[Any]:
    return [actor.organisation_id, actor.id]


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
