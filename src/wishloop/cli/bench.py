"""``wishloop bench NAME``: runs one of the repeatable measurements in ``benchmarks/`` of a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from wishloop.cli.main import refuse


def _folder() -> Path:
    return Path(__file__).resolve().parents[3] / "benchmarks"


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def bench(name: str, *, as_json: bool) -> None:
    """运行一项可重复的测量：intake、read、map、match 等。"""
    folder = _folder()
    known = (
        sorted(p.stem for p in folder.glob("*.py") if "def run(" in p.read_text()) if folder.is_dir() else []
    )
    if name not in known:
        refuse(f"没有测量项 {name}；可用的有：{', '.join(known) or '无（请在源码目录中运行）'}。")
    command = [sys.executable, str(folder / f"{name}.py"), *(["--json"] if as_json else [])]
    sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603
