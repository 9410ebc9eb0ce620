"""Everything people do with a wish. Each function is one thing; both doors call it."""

from wishloop.wishes.operations.claiming import claim_wish, expire_silent_claims, withdraw_claim
from wishloop.wishes.operations.confirming import (
    close_settled_wishes,
    close_unconfirmed,
    close_wish,
    confirm_wish,
    record_call_back,
    reopen_wish,
)
from wishloop.wishes.operations.contacting import contact_for_claimant
from wishloop.wishes.operations.evidence import (
    attach_evidence,
    preview_photo,
    publish_photo,
    withdraw_photo,
    withdraw_photos,
)
from wishloop.wishes.operations.granting import (
    assign_team,
    comment_on_wish,
    grant_wish,
    record_progress,
    start_wish,
)
from wishloop.wishes.operations.merging import merge_wishes, unmerge_wish
from wishloop.wishes.operations.publishing import publish_wish, take_down_wish
from wishloop.wishes.operations.registering import Registered, register_wish
from wishloop.wishes.operations.routing import (
    accept_transfer,
    appeal_decline,
    appoint_responsible,
    decline_wish,
    resume_wish,
    return_transfer,
    suspend_wish,
    transfer_wish,
    withdraw_wish,
)
from wishloop.wishes.operations.triage import triage_wish

__all__ = [
    "Registered",
    "accept_transfer",
    "appeal_decline",
    "appoint_responsible",
    "assign_team",
    "attach_evidence",
    "claim_wish",
    "close_settled_wishes",
    "close_unconfirmed",
    "close_wish",
    "comment_on_wish",
    "confirm_wish",
    "contact_for_claimant",
    "decline_wish",
    "expire_silent_claims",
    "grant_wish",
    "merge_wishes",
    "preview_photo",
    "publish_photo",
    "publish_wish",
    "record_call_back",
    "record_progress",
    "register_wish",
    "reopen_wish",
    "resume_wish",
    "return_transfer",
    "start_wish",
    "suspend_wish",
    "take_down_wish",
    "transfer_wish",
    "triage_wish",
    "unmerge_wish",
    "withdraw_claim",
    "withdraw_photo",
    "withdraw_photos",
    "withdraw_wish",
]
