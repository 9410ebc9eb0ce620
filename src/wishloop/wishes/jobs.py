"""Work the clock asks for: silent claims, settled wishes, put-off wishes whose review has come."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from wishloop.core.clock import now

# A confirmed wish stays open for second thoughts this long before it is closed by itself.
SETTLED_AFTER = timedelta(days=7)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="clock", name="wishes.sweep_claims", pass_context=False)
def sweep_claims(timestamp: int) -> None:
    """Remind silent claimants and give back wishes whose claim has run out. Safe to repeat; each wish by itself."""
    from wishloop.wishes.operations import expire_silent_claims

    expire_silent_claims(at=now())


@app.periodic(cron="20 * * * *")
@app.task(queue="clock", name="wishes.close_settled", pass_context=False)
def close_settled(timestamp: int) -> None:
    """Close wishes confirmed a week ago. Safe to repeat."""
    from wishloop.wishes.operations import close_settled_wishes

    at = now()
    close_settled_wishes(confirmed_before=at - SETTLED_AFTER, at=at)
