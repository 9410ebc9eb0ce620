"""Everything that is done to people and organisations."""

from wishloop.parties.operations.accounts import end_role, grant_role, open_account
from wishloop.parties.operations.consents import record_consents, withdraw_consent
from wishloop.parties.operations.locking import lock_party
from wishloop.parties.operations.organisations import register_organisation
from wishloop.parties.operations.people import (
    forget_person,
    phone_ends_with,
    register_person,
    reveal_field,
    reveal_to_claimant,
    set_skills,
)

__all__ = [
    "end_role",
    "forget_person",
    "grant_role",
    "lock_party",
    "open_account",
    "phone_ends_with",
    "record_consents",
    "register_organisation",
    "register_person",
    "reveal_field",
    "reveal_to_claimant",
    "set_skills",
    "withdraw_consent",
]
