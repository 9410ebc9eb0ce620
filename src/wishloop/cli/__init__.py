"""The command line: ``wishloop …``. Each command is loaded when it is called."""

from wishloop.cli.main import main

__all__ = ["main"]
