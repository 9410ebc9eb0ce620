"""Commands of intake."""

from __future__ import annotations

from pathlib import Path

import click

from wishloop.cli.main import answer, data_option, open_instance, refuse, say


@click.command("triage")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@data_option
def triage(file: Path, as_json: bool) -> None:
    """为 JSONL 文件里每一行（字段 text）建议类别、缓急和级别，并说明理由。"""
    if not file.is_file():
        refuse(f"{file}: no such file; give the path of a JSONL file with the field text.")
    open_instance()
    from wishloop.intake.triage_files import BadInput, triage_file

    try:
        rows = triage_file(file)
    except BadInput as error:
        refuse(str(error))
    if as_json:
        answer(rows)
        return
    for number, row in enumerate(rows, start=1):
        mark = "！" if row["urgent"] else " "
        click.echo(
            f"{number:>4} {mark} {row['category'] or '？'}  {row['tier']}  {'；'.join(row['reasons'])}"
        )
    say(f"共 {len(rows)} 条，其中 {sum(row['urgent'] for row in rows)} 条可能紧急。")
