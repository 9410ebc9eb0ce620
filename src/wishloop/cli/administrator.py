"""``wishloop administrator``: the first account of a new instance."""

from __future__ import annotations

import click

from wishloop.cli.main import answer, data_option, open_instance, refuse


@click.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名（加密保存）")
@click.option("--place", default="540102", show_default=True, help="负责的地区：编码或名称")
@data_option
def administrator(username: str, name: str, place: str) -> None:
    """开通一个管理员账户，打印一次性密码；第一次登录要换密码、设两步验证。"""
    open_instance()
    from django.db import transaction

    from wishloop.core.actor import SYSTEM
    from wishloop.core.clock import SHANGHAI, now
    from wishloop.core.problem import Problem
    from wishloop.parties import operations
    from wishloop.places.queries import find_place

    where = find_place(place)
    if where is None:
        refuse(f"--place {place}: 没有这个地区；填编码（城关区是 540102）或名称。")
    at, password = now(), operations.handed_out_password()
    try:
        with transaction.atomic():
            operations.open_account_with_role(
                actor=SYSTEM, username=username, password=password,
                party=operations.register_person(name=name, place=where, at=at), display_name=name,
                role="administrator", place=where, acts_for=None, at=at, on=at.astimezone(SHANGHAI).date(),
            )  # fmt: skip
    except Problem as problem:
        refuse(f"{problem.field or username}: {problem.message}")
    answer({"username": username.lower(), "password": password, "place": where.code})
