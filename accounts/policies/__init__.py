"""Rights: one policy object per model, asked both ways: may this person, and which people may."""

from accounts.policies.base import (
    Policy,
    carries,
    granted,
    granted_rows,
    has_code,
    keep_roles,
    permission_codes,
    policy_for,
    register,
    roles_of,
)

__all__ = [
    "Policy",
    "carries",
    "granted",
    "granted_rows",
    "has_code",
    "keep_roles",
    "permission_codes",
    "policy_for",
    "register",
    "roles_of",
]
