"""The entry point and what every command shares."""

from __future__ import annotations

import os

import click


@click.group()
def main() -> None:
    """心愿闭环 wishloop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wishloop.config.settings")
