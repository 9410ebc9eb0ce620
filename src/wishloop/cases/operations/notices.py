"""Telling people: from one line of history to what each reader finds in their list."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from wishloop.cases.models import CaseEvent, Notice


@transaction.atomic
def write_notices(*, event_id: UUID) -> int:
    """Write the notices of one event for the resident and the responsible person. Idempotent.

    Nobody is told of what they did themselves. Returns how many notices the event has now.
    """
    event = CaseEvent.objects.select_related("case").filter(pk=event_id).first()
    if event is None:  # the transaction that queued this was rolled back: there is nothing to tell
        return 0
    case = event.case
    readers: list[tuple[str, UUID | None]] = []
    if event.actor_kind != "resident" or event.move == "receive":
        readers.append(("resident", None))
    if case.responsible_id and case.responsible_id != event.actor_id:
        readers.append(("responsible", case.responsible_id))
    claimant = event.data.get("claimant_user")
    if isinstance(claimant, str) and UUID(claimant) != event.actor_id:
        readers.append(("claimant", UUID(claimant)))
    Notice.objects.bulk_create(
        [
            Notice(event=event, case=case, audience=audience, user_id=user_id, recorded_at=event.recorded_at)
            for audience, user_id in readers
        ],
        ignore_conflicts=True,
    )
    return Notice.objects.filter(event=event).count()
