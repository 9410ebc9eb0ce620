"""Everything that is done to people and organisations."""

from wishloop.parties.operations.accounts import (
    change_password,
    close_account,
    end_role,
    grant_role,
    handed_out_password,
    open_account,
    open_account_with_role,
    reopen_account,
    reset_password,
    set_language,
    settle_password,
    sign_out_everywhere,
)
from wishloop.parties.operations.consents import (
    WORDING,
    record_consents,
    record_consents_at_desk,
    withdraw_consent,
)
from wishloop.parties.operations.importing import (
    HEADINGS,
    ImportResult,
    OpenedAccount,
    RejectedRow,
    import_parties,
    kind_of_file,
)
from wishloop.parties.operations.locking import lock_party
from wishloop.parties.operations.organisations import edit_organisation, register_organisation
from wishloop.parties.operations.people import (
    add_person,
    edit_person,
    forget_person,
    register_person,
    set_skills,
)
from wishloop.parties.operations.rotation import old_keys_in_use, reseal_factors, rewrap_person_keys
from wishloop.parties.operations.sealed import (
    contact_for_claimant,
    phone_ends_with,
    reveal_field,
    reveal_to_claimant,
)
from wishloop.parties.operations.tokens import create_token, revoke_token, use_token

__all__ = [
    "HEADINGS",
    "WORDING",
    "ImportResult",
    "OpenedAccount",
    "RejectedRow",
    "add_person",
    "change_password",
    "close_account",
    "contact_for_claimant",
    "create_token",
    "edit_organisation",
    "edit_person",
    "end_role",
    "forget_person",
    "grant_role",
    "handed_out_password",
    "import_parties",
    "kind_of_file",
    "lock_party",
    "old_keys_in_use",
    "open_account",
    "open_account_with_role",
    "phone_ends_with",
    "record_consents",
    "record_consents_at_desk",
    "register_organisation",
    "register_person",
    "reopen_account",
    "reseal_factors",
    "reset_password",
    "reveal_field",
    "reveal_to_claimant",
    "revoke_token",
    "rewrap_person_keys",
    "set_language",
    "set_skills",
    "settle_password",
    "sign_out_everywhere",
    "use_token",
    "withdraw_consent",
]
