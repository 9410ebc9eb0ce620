"""``wishloop import``: places, wishes and parties from files. Each prints what became of the rows."""

from __future__ import annotations

from pathlib import Path

import click

from wishloop.cli.main import answer, data_option, open_instance, refuse, say


@click.group("import")
def import_group() -> None:
    """从文件导入（CSV、XLSX、JSONL）。"""


@import_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind", type=click.Choice(["auto", "members", "organisations"]), default="auto", show_default=True
)
@click.option("--dry-run", is_flag=True, help="只看结果，不写入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@data_option
def parties(file: Path, kind: str, *, dry_run: bool, as_json: bool) -> None:
    """导入人员（党员、志愿者、网格员）或单位；同一个文件再导一次什么也不多建。"""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse(f"{file}: 读不到这个文件（{error.strerror}），请核对路径。")
    open_instance()
    from wishloop.core.actor import SYSTEM
    from wishloop.core.clock import now
    from wishloop.core.problem import Problem
    from wishloop.parties import operations

    try:
        chosen = operations.kind_of_file(file=data, filename=file.name) if kind == "auto" else kind
        result = operations.import_parties(
            actor=SYSTEM, file=data, filename=file.name, kind=chosen, dry_run=dry_run, at=now()
        )
    except Problem as problem:
        refuse(f"{file}: {problem.message}")
    document: dict[str, object] = {
        "created": result.created,
        "existing": result.existing,
        "rejected": [{"row": r.row, "field": r.field, "message": r.message} for r in result.rejected],
    }
    if result.opened:
        document["opened"] = [
            {"row": o.row, "username": o.username, "password": o.password} for o in result.opened
        ]
    if as_json:
        answer(document)
        return
    say(f"新建 {result.created}，已有 {result.existing}，有错 {len(result.rejected)}。")
    for row in result.rejected:
        say(f"第 {row.row} 行 {row.field}: {row.message}")
    for opened in result.opened:
        click.echo(f"{opened.username}\t{opened.password}")


@import_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看结果，不写入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@data_option
def places(file: Path, *, dry_run: bool, as_json: bool) -> None:
    """导入单位（街道、社区、网格、村民小组），也可以是 GeoJSON；同一个文件再导一次什么也不多建。"""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse(f"{file}: 读不到这个文件（{error.strerror}），请核对路径。")
    open_instance()
    from wishloop.core.actor import SYSTEM
    from wishloop.core.clock import now
    from wishloop.core.problem import Problem
    from wishloop.places.operations import import_places

    try:
        result = import_places(
            actor=SYSTEM,
            data=data,
            filename=file.name,
            dry_run=dry_run,
            at=now(),
            progress=lambda done, total: say(f"{done} / {total}"),
        )
    except Problem as problem:
        refuse(f"{file}: {problem.message}")
    if as_json:
        answer(result.as_dict())
        return
    say(
        f"新建 {result.created}，已有 {result.existing}，补上位置 {result.updated}，有错 {len(result.rejected)}。"
    )
    for row in result.rejected:
        say(f"第 {row.row} 行 {row.field or ''}: {row.message}")


@import_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--place", help="没写地点的行归到哪里（编码或名称；默认本区）")
@click.option("--dry-run", is_flag=True, help="只看结果，不写入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@data_option
def wishes(file: Path, *, place: str | None, dry_run: bool, as_json: bool) -> None:
    """导入心愿，进入分类台；同一个文件再导一次什么也不多建，一行有错不影响其他行。"""
    try:
        data = file.read_bytes()
    except OSError as error:
        refuse(f"{file}: 读不到这个文件（{error.strerror}），请核对路径。")
    open_instance()
    from wishloop.core.actor import SYSTEM
    from wishloop.core.clock import now
    from wishloop.core.problem import Problem
    from wishloop.intake.operations import import_wishes
    from wishloop.places.queries import find_place

    base = find_place(place) if place else None
    if place and base is None:
        refuse(f"--place {place}: 没有这个地点，请用编码或列表里的名称。")
    try:
        result = import_wishes(
            actor=SYSTEM,
            file=data,
            filename=file.name,
            dry_run=dry_run,
            at=now(),
            default_place=base,
            progress=lambda done, total: say(f"{done} / {total}") if total > 1000 else None,
        )
    except Problem as problem:
        refuse(f"{file}: {problem.message}")
    if as_json:
        answer(result)
        return
    say(f"新建 {result['created']}，已有 {result['existing']}，有错 {len(result['rejected'])}。")
    for row in result["rejected"]:
        say(f"第 {row['row']} 行 {row['field']}: {row['message']}")
