"""What the doors show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wishloop.core.actor import Actor
from wishloop.intake.models import ImportRun, Meeting, PlaceCode
from wishloop.wishes.queries import Seen, history_of
from wishloop.wishes.states import TABLE

# Steps a resident is shown; the rest is the office's own housekeeping.
_HIDDEN = frozenset({"appoint", "remind_claimant", "call_back", "attach_evidence"})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a wish's way as its resident reads it."""

    move: str
    label: str | Promise
    happened_at: datetime
    words: str
    own: bool


def steps_for_resident(seen: Seen) -> list[Step]:
    """Return the steps of a wish, oldest first: what was done and when, public words, the resident's own, never staff's notes."""
    steps = []
    for event in history_of(seen.case):
        own = event.actor_kind == "resident"
        if event.move in _HIDDEN or (event.move == "comment" and not own):
            continue
        words = event.note if own else event.public_note
        if event.move in {"decline", "suspend"}:
            words = event.note
        steps.append(
            Step(
                event.move,
                TABLE.move(event.move).label,
                event.happened_at,
                words,
                own and event.move != "receive",
            )
        )
    return steps


def next_step(seen: Seen) -> str:
    """Return what happens next, in plain words; the page says by when."""
    return {
        "received": _("心愿管家核实您的心愿并与您联系"),
        "triaged": _("安排人来办，或征得同意后公开、等待认领"),
        "published": _("等待党员、志愿者或单位认领"),
        "claimed": _("认领人与您联系并开始办理"),
        "in_progress": _("办理完成后交付，并请您确认"),
        "granted": _("请您确认：解决了吗？满意吗？"),
        "confirmed": _("过些日子会有人回访，看看是不是真的好了"),
        "reopened": _("心愿管家重新安排"),
        "suspended": _("到约定的日子重新研究"),
        "transferred": _("等待新的单位接收"),
        "declined": _("如不同意，可以在下面申诉"),
    }.get(seen.case.state, "")


def due_of(seen: Seen) -> datetime | None:
    """Return the deadline that counts for the resident now: the first answer while none was given, then the end."""
    case = seen.case
    if case.closed_at or case.resolved_at or case.clock_stopped_at:
        return None
    return (
        case.response_due_at if case.responded_at is None and case.response_due_at else case.resolution_due_at
    )


def within(actor: Actor, name: str = "place__path") -> Q:
    """Return the condition that a row lies in a place whose intake the actor keeps."""
    found = Q(pk__in=[])
    for scope in actor.scopes("steward", "grid_worker", "administrator"):
        found |= Q(**{f"{name}__startswith": scope})
    return found


def place_codes(actor: Actor) -> QuerySet[PlaceCode]:
    """Return the QR codes of the actor's places, newest first."""
    rows = PlaceCode.objects.filter(within(actor)).select_related("place", "made_by")
    return rows.order_by("revoked_at", "-made_at", "token")


def _possible(token: str) -> bool:
    """Tell whether a text can be a token at all; an address may hold anything, a NUL too."""
    return token.isascii() and token.isalnum()


def live_place_code(token: str) -> PlaceCode | None:
    """Return a code that was made and not revoked, or None."""
    if not _possible(token):
        return None
    return PlaceCode.objects.filter(pk=token, revoked_at__isnull=True).select_related("place").first()


def place_code_for(actor: Actor, token: str) -> PlaceCode | None:
    """Return a code of the actor's places, revoked or not, or None."""
    return place_codes(actor).filter(pk=token).first() if _possible(token) else None


def recent_meetings(actor: Actor, *, limit: int = 20) -> QuerySet[Meeting]:
    """Return the latest meetings of the actor's places."""
    rows = Meeting.objects.filter(within(actor, "place_path")).select_related("place")
    return rows.order_by("-held_at", "-id")[:limit]


def import_runs(actor: Actor, *, limit: int = 20) -> QuerySet[ImportRun]:
    """Return the actor's own imports, newest first."""
    rows = ImportRun.objects.filter(uploaded_by_id=actor.user_id).exclude(state=ImportRun.State.CANCELLED)
    return rows.select_related("place").order_by("-uploaded_at", "-id")[:limit]
