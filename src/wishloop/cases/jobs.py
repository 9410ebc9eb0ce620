"""Work off the request path: telling the people concerned what happened to a case."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app


def defer_telling(*, event_id: UUID) -> None:
    """Queue the telling of one event, in the transaction that wrote it: both happen or neither."""
    tell.defer(event_id=str(event_id))


@app.task(queue="tell", name="cases.tell", retry=5)
def tell(event_id: str) -> None:
    """Turn an event into notices for its readers; running it twice writes them once."""
    from wishloop.cases.operations.notices import write_notices

    write_notices(event_id=UUID(event_id))
