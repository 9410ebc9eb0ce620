"""Intake's work off the request path: imports, and clearing away what guards and uploads leave behind."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from wishloop.core.clock import now


def defer_import(*, run_id: UUID) -> None:
    """Queue an import, in the transaction that decided it."""
    carry_out.defer(run_id=str(run_id))


@app.task(queue="import", name="intake.import", retry=3)
def carry_out(run_id: str) -> None:
    """Take a file in; repeating it creates nothing twice."""
    from wishloop.intake.operations.import_runs import carry_out_import

    carry_out_import(run_id=UUID(run_id), at=now())


@app.periodic(cron="17 * * * *")
@app.task(queue="clean", name="intake.clean", pass_context=False)
def clean(timestamp: int) -> None:
    """Forget knocks and spent proofs that no longer count, and files of imports older than a week."""
    from wishloop.core.proof_of_work import forget_spent_proofs
    from wishloop.core.rate_limits import forget_old_knocks
    from wishloop.intake.operations.import_runs import clear_old_files

    at = now()
    forget_old_knocks(at=at)
    forget_spent_proofs(at=at)
    clear_old_files(at=at)
