"""Who speaks for which approval: one expression, asked for a proposal, for a person, or for both.

Approver lists, pending lists, counts and the checks of the services all read ``GROUNDS``, so none of them can differ. Who stands
in for somebody who is away speaks on the grounds of that person too, everywhere at once: ``members`` are the person and
those whom they stand in for now, who are found first. A row says by ``speaker_id`` whose ground it is.

The same grounds are read in two orders: from approvals to people, where the proposals are known, and from a person to
approvals. Each order is laid down (``LATERAL``, ``OFFSET 0``) and every step of it has an index. The planner cannot be trusted
with it: where it believes the tables to be empty, as right after a first import, it multiplies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.selectors.absences import AWAY_NOW


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason to speak. ``tables`` are its rows, ``match`` ties one to the approval ``a``, ``ident`` names the reason."""

    because: str
    tables: str
    organisation: str
    member: str
    ident: str
    may_approve: str
    may_reject: str
    match: str


GROUNDS: Final = (
    Ground(
        "involvement",
        """flows_involvement i
           JOIN flows_sidekind k ON k.organisation_id = i.organisation_id AND k.involvement_kind_id = i.kind_id
                                AND (k.entity_kind = '' OR k.entity_kind = (
                                         SELECT e.kind FROM flows_catalogueentity e
                                          WHERE e.organisation_id = i.organisation_id AND e.id = i.entity_id))""",
        *("i.organisation_id", "i.member_id", "i.kind_id", "k.may_approve", "k.may_reject"),
        "i.entity_id = a.entity_id AND k.side_id = a.side_id",
    ),
    Ground(
        "role",
        """accounts_membershiprole m
           JOIN flows_siderole r ON r.organisation_id = m.organisation_id AND r.role_id = m.role_id""",
        *("m.organisation_id", "m.membership_id", "r.role_id", "r.may_approve", "r.may_reject"),
        "r.side_id = a.side_id",
    ),
    Ground(
        "data_type",
        "flows_datatypeowner o",
        *("o.organisation_id", "o.member_id", "o.data_type_id", "true", "true"),
        """a.anchor = 'data_type' AND EXISTS (
               SELECT 1 FROM flows_proposaldatatype t
                WHERE t.organisation_id = a.organisation_id AND t.proposal_id = a.proposal_id
                  AND t.data_type_id = o.data_type_id)""",
    ),
)
"""An involvement with the entity asked, a role, or a data type that the proposal carries."""

HERE: Final = """
    SELECT 1 FROM accounts_membership h JOIN accounts_user u ON u.id = h.user_id
     WHERE h.organisation_id = {organisation} AND h.id = {member} AND h.is_active AND u.is_active OFFSET 0
"""
"""Whoever has left speaks for nothing, whatever they are still involved with."""


def _speakers(ground: Ground) -> str:
    return f"""
        SELECT {ground.member} AS speaker_id, {ground.may_approve} AS may_approve, {ground.may_reject} AS may_reject,
               {ground.ident} AS because_id, '{ground.because}' AS because
          FROM {ground.tables}
         WHERE {ground.organisation} = a.organisation_id AND {ground.match}
    """  # noqa: S608 - constants


def _spoken_for(ground: Ground, which: str, columns: str) -> str:
    return f"""
        SELECT a.*, {ground.member} AS speaker_id, {ground.may_approve} AS may_approve, {ground.may_reject} AS may_reject
          FROM {ground.tables}
         CROSS JOIN LATERAL (
               SELECT {columns} FROM flows_approval a
                WHERE a.organisation_id = {ground.organisation} AND {ground.match} AND {which} OFFSET 0
         ) a
         WHERE {ground.organisation} = me.organisation_id AND {ground.member} = ANY(me.members)
    """  # noqa: S608 - constants


SPEAKERS: Final = " UNION ALL ".join(_speakers(ground) for ground in GROUNDS)
"""For the approval ``a``: each person and ground."""


def spoken_for(which: str, columns: str) -> str:
    """For the person ``me``: each approval for which they speak, or somebody behind them, and ground; ``which`` is a
    condition on ``a``."""
    return " UNION ALL ".join(_spoken_for(ground, which, columns) for ground in GROUNDS)


ALLOWED: Final = (
    "(SELECT coalesce(bool_or(f.{switch}), false) FROM flows_flowsettings f WHERE f.organisation_id = {organisation})"
)

# Four eyes: the maker's own, what one has a part in, and what one has a part in another side's vote of, are nobody's to decide;
# the two switches of the organisation open the first and the last. Who acts for somebody else has a part, and that person has
# it too: so an absent person and their substitute never count twice. The maker acts for nobody, and nobody for the maker.
IS_ANOTHER: Final = f"""
    (p.maker_id NOT IN ({{member}}, {{speaker}})
     OR ({{speaker}} = {{member}} AND {ALLOWED.replace("{switch}", "maker_may_approve")}))
"""
UNSPOKEN: Final = f"""
    NOT EXISTS (
        SELECT 1 FROM flows_vote v
         WHERE v.organisation_id = a.organisation_id AND v.proposal_id = a.proposal_id AND v.revision = a.revision
           AND (v.member_id IN ({{member}}, {{speaker}}) OR v.on_behalf_of_id IN ({{member}}, {{speaker}}))
           AND (v.approval_id = a.id OR (NOT {ALLOWED.replace("{switch}", "same_person_both_sides")} AND a.side_id <> (
                   SELECT b.side_id FROM flows_approval b
                    WHERE b.organisation_id = v.organisation_id AND b.id = v.approval_id)))
        OFFSET 0
    )
"""  # noqa: S608 - constants
# A right to reject alone is still something to do, for the maker it is not: they cancel.
TO_DO: Final = f"""
    (r.may_approve OR (r.may_reject AND p.maker_id <> {{member}})) AND {IS_ANOTHER} AND EXISTS ({HERE}) AND {UNSPOKEN}
"""

ME: Final = "(SELECT %s::uuid AS organisation_id, %s::uuid AS member_id, %s::uuid[] AS members) me"
ALONE: Final = "(SELECT %s::uuid AS organisation_id, %s::uuid AS member_id) me"
IT_IS_ME: Final = {"organisation": "me.organisation_id", "member": "me.member_id", "speaker": "r.speaker_id"}


def _pending(which: str = "") -> str:
    return f"""
        SELECT r.proposal_id FROM {ME}
         CROSS JOIN LATERAL ({spoken_for("a.is_asked", "a.id, a.organisation_id, a.proposal_id, a.revision, a.side_id")}) r
         CROSS JOIN LATERAL (SELECT r.id, r.organisation_id, r.proposal_id, r.revision, r.side_id) a
         CROSS JOIN LATERAL (
               SELECT p.id, p.revision, p.maker_id, p.is_open FROM flows_proposedflow p
                WHERE p.organisation_id = a.organisation_id AND p.id = a.proposal_id AND p.is_open AND p.revision = a.revision
               OFFSET 0
         ) p
         WHERE {TO_DO.format(**IT_IS_ME)} {which}
         LIMIT %s
    """  # noqa: S608 - constants


PENDING: Final = _pending()
"""From a person to the proposals that wait for them; a proposal comes once for each approval and ground."""

OF_TAB: Final[Mapping[bool | None, str]] = {True: "AND {row}.is_open", False: "AND NOT {row}.is_open", None: ""}
"""The active ones, the completed ones, all."""


def _concerned(is_open: bool | None) -> str:
    which = "true " + OF_TAB[is_open].format(row="a")
    return f"""
        SELECT r.proposal_id FROM {ME} CROSS JOIN LATERAL ({spoken_for(which, "a.proposal_id")}) r
         WHERE EXISTS ({HERE.format(**IT_IS_ME)}) LIMIT %s
    """  # noqa: S608 - constants


CONCERNED: Final = {is_open: _concerned(is_open) for is_open in OF_TAB}
"""From a person to the proposals with an approval, of whatever revision and decided or not, for which they speak. It reads
nothing but an index."""

WAITING: Final = f"""
    CROSS JOIN LATERAL (
          SELECT a.id, a.organisation_id, a.proposal_id, a.revision, a.side_id, a.entity_id, a.anchor FROM flows_approval a
           WHERE a.organisation_id = me.organisation_id AND a.proposal_id = p.id AND a.revision = p.revision
             AND a.is_asked
          OFFSET 0
    ) a
    CROSS JOIN LATERAL ({SPEAKERS}) r
    WHERE p.is_open AND r.speaker_id = ANY(me.members) AND {TO_DO.format(**IT_IS_ME)}
"""  # noqa: S608 - constants
"""Of the proposal ``p`` and the person ``me``: what ``PENDING`` finds from the other end."""

PENDING_FOR_OTHERS: Final = _pending(f"""
    AND NOT EXISTS (
        SELECT 1 FROM (SELECT me.organisation_id, me.member_id, ARRAY[me.member_id] AS members OFFSET 0) me {WAITING} OFFSET 0
    )
""")  # noqa: S608 - constants
"""As ``PENDING`` with the others alone as ``members``: without what waits for the person themselves."""

WAITS: Final = f"""
    EXISTS (SELECT 1 FROM (SELECT %(expressions)s) p(organisation_id, member_id, members, id, revision, maker_id, is_open)
             CROSS JOIN LATERAL (SELECT p.organisation_id, p.member_id, p.members) me {WAITING} OFFSET 0)
"""  # noqa: S608 - constants
PENDING_AMONG: Final = f"""
    SELECT DISTINCT p.id, r.speaker_id FROM {ME}
     CROSS JOIN LATERAL (
           SELECT p.id, p.revision, p.maker_id, p.is_open FROM flows_proposedflow p
            WHERE p.organisation_id = me.organisation_id AND p.id = ANY(%s) OFFSET 0
     ) p {WAITING}
"""  # noqa: S608 - constants
CONCERNS: Final = f"""
    EXISTS (SELECT 1 FROM (SELECT %(expressions)s) me(organisation_id, member_id, members, id)
             CROSS JOIN LATERAL (
                   SELECT a.id, a.organisation_id, a.proposal_id, a.side_id, a.entity_id, a.anchor FROM flows_approval a
                    WHERE a.organisation_id = me.organisation_id AND a.proposal_id = me.id OFFSET 0
             ) a
             CROSS JOIN LATERAL ({SPEAKERS}) r
             WHERE r.speaker_id = ANY(me.members) AND EXISTS ({HERE.format(**IT_IS_ME)}) OFFSET 0)
"""  # noqa: S608 - constants

ABLE: Final = f"""
    SELECT count(DISTINCT r.speaker_id) FROM ({SPEAKERS}) r
     WHERE r.may_approve AND {IS_ANOTHER} AND EXISTS ({HERE}) AND {UNSPOKEN}
""".format(organisation="a.organisation_id", member="r.speaker_id", speaker="r.speaker_id")  # noqa: S608 - constants
"""How many people could still approve ``a``, each with a voice of their own: who stands in for one of them adds none."""

# Too few active people are left for an open approval, four eyes asked, and nobody knows; or it was told and no longer holds.
UNATTENDED: Final = f"""
    SELECT DISTINCT a.proposal_id
      FROM (SELECT a.* FROM flows_approval a WHERE a.organisation_id = %s AND a.is_asked OFFSET 0) a
     CROSS JOIN LATERAL (
           SELECT p.maker_id FROM flows_proposedflow p
            WHERE p.organisation_id = a.organisation_id AND p.id = a.proposal_id AND p.is_open AND p.revision = a.revision
           OFFSET 0
     ) p
     WHERE (({ABLE}) < a.quorum - (
               SELECT count(*) FROM flows_vote v
                WHERE v.organisation_id = a.organisation_id AND v.proposal_id = a.proposal_id AND v.revision = a.revision
                  AND v.approval_id = a.id AND v.decision = 'approve'
           )) <> (a.unattended_at IS NOT NULL)
     LIMIT %s
"""  # noqa: S608 - constants

# A vote comes after its proposal, so those on open ones are not older than the oldest of these; a day for clocks that differ.
RECENT: Final = """
    AND v.at > (SELECT o.created_at FROM flows_proposedflow o WHERE o.organisation_id = me.organisation_id AND o.is_open
                 ORDER BY o.created_at LIMIT 1) - interval '1 day'
"""


def _voted(is_open: bool | None) -> str:
    of_tab = f"""
        CROSS JOIN LATERAL (
              SELECT FROM flows_proposedflow p
               WHERE p.organisation_id = v.organisation_id AND p.id = v.proposal_id {OF_TAB[is_open].format(row="p")} OFFSET 0
        ) p
    """
    return f"""
        SELECT v.proposal_id FROM {ALONE}
         CROSS JOIN LATERAL (
               SELECT v.organisation_id, v.proposal_id FROM flows_vote v
                WHERE v.organisation_id = me.organisation_id AND v.member_id = me.member_id {RECENT if is_open else ""} OFFSET 0
         ) v {of_tab if is_open is not None else ""} LIMIT %s
    """  # noqa: S608 - constants


VOTED: Final = {is_open: _voted(is_open) for is_open in OF_TAB}
HAS_VOTED: Final = """
    EXISTS (SELECT 1 FROM (SELECT %(expressions)s) me(organisation_id, member_id, id)
              JOIN flows_vote v ON v.organisation_id = me.organisation_id AND v.proposal_id = me.id
                               AND v.member_id = me.member_id OFFSET 0)
"""

ASKED: Final = """
    (SELECT a.id, a.organisation_id, a.proposal_id, a.side_id, a.entity_id, a.anchor FROM flows_approval a
      WHERE a.organisation_id = %s AND a.proposal_id = ANY(%s) OFFSET 0) a
"""
MINE: Final = f"""
    SELECT a.id, r.speaker_id, bool_or(r.may_approve), bool_or(r.may_reject) FROM {ASKED} CROSS JOIN LATERAL ({SPEAKERS}) r
     WHERE r.speaker_id = ANY(%s) AND EXISTS ({HERE.format(organisation="%s", member="%s")})
     GROUP BY a.id, r.speaker_id
"""  # noqa: S608 - constants
ALL: Final = f"""
    SELECT s.*, w.until, w.substitute_id, w.substitute_name, w.substitute_away
      FROM (
        SELECT a.id, m.id AS member_id, m.name, m.email, bool_or(r.may_approve) AS may_approve,
               bool_or(r.may_reject) AS may_reject, array_agg(DISTINCT coalesce(k.name, o.name, d.name)) AS because
          FROM {ASKED} CROSS JOIN LATERAL ({SPEAKERS}) r
          JOIN accounts_membership m ON m.organisation_id = a.organisation_id AND m.id = r.speaker_id AND m.is_active
          JOIN accounts_user u ON u.id = m.user_id AND u.is_active
          LEFT JOIN flows_involvementkind k ON r.because = 'involvement' AND k.id = r.because_id
          LEFT JOIN accounts_role o ON r.because = 'role' AND o.id = r.because_id
          LEFT JOIN flows_datatype d ON r.because = 'data_type' AND d.id = r.because_id
         GROUP BY a.id, m.id, m.name, m.email
      ) s LEFT JOIN {AWAY_NOW} w ON w.member_id = s.member_id
     ORDER BY s.name, s.member_id
"""  # noqa: S608 - constants
