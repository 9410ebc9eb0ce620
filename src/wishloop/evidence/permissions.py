"""Who may hand in a file, and who may see one that belongs to nothing yet. What belongs to a case is the case's matter."""

from __future__ import annotations

from wishloop.core.actor import Actor
from wishloop.evidence.models import Medium

UPLOADERS = ("grid_worker", "steward", "member", "volunteer", "partner", "administrator")


def may_upload(actor: Actor) -> bool:
    """Tell whether the actor may hand in a file: residents, programs, and everybody with work to do.

    Supervisors and leaders read; they change nothing (glossary).
    """
    return actor.kind != "staff" or actor.holds(*UPLOADERS)


def may_see_own(actor: Actor, medium: Medium) -> bool:
    """Tell whether the actor handed the file in."""
    return actor.kind == "system" or (actor.user_id is not None and medium.uploaded_by_id == actor.user_id)


def may_attach(actor: Actor, medium: Medium) -> bool:
    """Tell whether the actor may use the file for something: it is their own, or a resident's that nothing holds yet."""
    return may_see_own(actor, medium) or (medium.uploaded_by_id is None and medium.kept_at is None)
