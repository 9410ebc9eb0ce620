"""The entry point and what every command shares: the data folder, the database, one JSON document on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

# Name of each command → where it lives. Loaded when called, so that `wishloop --help` needs neither Django nor a database.
COMMANDS = {
    "serve": "wishloop.cli.serving:serve",
    "worker": "wishloop.cli.serving:worker",
    "import": "wishloop.cli.importing:import_group",
    "doctor": "wishloop.cli.doctor:doctor",
    "match": "wishloop.matching.commands:match",
    "triage": "wishloop.intake.commands:triage",
    "kpis": "wishloop.cli.kpis:kpis",
    "bench": "wishloop.cli.bench:bench",
    "backup": "wishloop.cli.backups:backup",
    "restore": "wishloop.cli.backups:restore",
    "demo": "wishloop.cli.demo:demo",
    "keys": "wishloop.cli.keys:keys",
    "administrator": "wishloop.cli.administrator:administrator",
}


class LazyGroup(click.Group):
    """A group that imports a command only when somebody calls it; a command that is not installed is not listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands that are there."""
        return sorted(name for name in COMMANDS if self._there(name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS or not self._there(cmd_name):
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    @staticmethod
    def _there(name: str) -> bool:
        module = COMMANDS[name].partition(":")[0].removeprefix("wishloop.").replace(".", "/")
        package = Path(__file__).resolve().parent.parent
        return (package / f"{module}.py").exists() or (package / module / "__init__.py").exists()


@click.group(cls=LazyGroup)
@click.version_option(package_name="wishloop")
def main() -> None:
    """心愿闭环 wishloop：居民微心愿从提出到圆梦的全过程。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wishloop.config.settings")


def say(text: str) -> None:
    """Print a message to standard error, where messages go."""
    click.echo(text, err=True)


def refuse(sentence: str) -> NoReturn:
    """End with one sentence that says what is wrong and what to do, exit code 2 (bad input)."""
    say(sentence)
    sys.exit(2)


def answer(document: Any) -> None:
    """Print the one JSON document of a command."""
    click.echo(json.dumps(document, ensure_ascii=False, default=str))


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data DIR``; the environment is set before Django reads it."""

    @click.option(
        "--data", type=click.Path(file_okay=False), help="数据目录（默认 .wishloop/，或 WISHLOOP_DATA）"
    )
    @wraps(command)
    def wrapped(*args: Any, data: str | None = None, **kwargs: Any) -> Any:
        if data:
            os.environ["WISHLOOP_DATA"] = data
        return command(*args, **kwargs)

    return wrapped


def open_instance(*, quiet: bool = True) -> None:
    """Bring up the instance a command works on: database running and migrated, reference data there, Django ready.

    Ends the process with a sentence when the database cannot be reached.
    """
    from wishloop.runtime import datadir, embedded

    if not os.environ.get("DATABASE_URL"):
        try:
            embedded.ensure_running(datadir.data_dir())
        except embedded.EmbeddedDatabaseError as error:
            say(str(error))
            sys.exit(1)
    import django

    django.setup()
    from wishloop.cli.instance import bring_up

    bring_up(say=(lambda _text: None) if quiet else say)
