"""``wishloop demo``: loads the story of Chengguan District."""

from __future__ import annotations

from collections.abc import Callable

import click

from wishloop.cli.main import data_option, open_instance, say


def load_with_progress(*, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Load the demonstration with a progress bar unless it is there. Returns whether it is complete now."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from wishloop.demo.story import is_loaded, load

    if is_loaded():
        return True
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("载入城关区演示", total=None)

        def step(done: int, total: int) -> bool:
            progress.update(task, completed=done, total=total)
            return not cancelled()

        return load(progress=step)


@click.command()
@data_option
def demo() -> None:
    """载入城关区 2025 年的演示数据。"""
    open_instance(quiet=False)
    if load_with_progress():
        say("演示数据已就绪。")
