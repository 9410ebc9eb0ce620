"""``python -m wishloop.cli.diagram``: prints docs/reference/wish-states.md."""

from __future__ import annotations

import os

import click

HEAD = """# States and moves of a wish

Drawn from `wishes.states.TABLE` by `python -m wishloop.cli.diagram`; a test fails when this page is not the table's own.
"Who" lists roles and relations, one of which the person must have; the clock column says what the move does to the deadlines.

"""

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wishloop.config.settings")
    import django

    django.setup()
    from wishloop.cases.diagram import state_diagram
    from wishloop.wishes.states import TABLE

    click.echo(HEAD + state_diagram(TABLE), nl=False)
