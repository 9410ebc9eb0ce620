"""``python -m wishloop.cli.migrations_check``: fails when models and migrations differ; starts the database it needs."""

from __future__ import annotations

from wishloop.cli.main import open_instance

if __name__ == "__main__":
    open_instance()
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
