"""``wishloop kpis``: the figures of a place and period for programs."""

from __future__ import annotations

from datetime import datetime

import click

from wishloop.cli.main import answer, data_option, open_instance, refuse


@click.command()
@click.option("--place", default="540102", show_default=True, help="地区编码")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@data_option
def kpis(place: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """一个地区一段时间的各项数字。"""
    open_instance()
    from wishloop.places.queries import place_by_code
    from wishloop.wishes.figures import report

    where = place_by_code(place)
    if where is None:
        refuse(f"--place {place}: 没有这个地区编码；城关区是 540102，其他编码见 /staff/places/。")
    if first > last:
        refuse("--from 要在 --to 之前，请对调两个日期。")
    found = report(place_path=where.path, first=first.date(), last=last.date())
    if as_json:
        answer({"place": where.code, **found.as_json()})
        return
    for figure in found.figures.values():
        value = "—" if figure.value is None else f"{figure.value * 100:.1f}%"
        click.echo(f"{figure.label}\t{value}\t{figure.numerator}/{figure.denominator}")
