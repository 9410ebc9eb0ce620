"""``wishloop keys``: rotating the installation's keys (docs/how-to/rotate-keys.md)."""

from __future__ import annotations

import sys

import click

from wishloop.cli.main import data_option, open_instance, refuse, say


@click.group()
def keys() -> None:
    """轮换加密密钥：add 加一把新的，rewrap 换上，retire 扔掉旧的。"""


@keys.command()
@data_option
def add() -> None:
    """加一把新密钥；重启服务后，新写入的都用它。旧的还能读。"""
    from wishloop.runtime import secret_files

    count = secret_files.add_key(name="field_keys", environment_name="WISHLOOP_FIELD_KEYS")
    say(
        f"已加入新密钥，现在共 {count} 把。请先备份 secrets/field_keys，重启全部服务，再运行 wishloop keys rewrap。"
    )


@keys.command()
@data_option
def rewrap() -> None:
    """用最新的密钥重新包裹每个人的密钥和每个验证器；可以中断再来，不用停服务。"""
    open_instance()
    from wishloop.core.encryption import CannotDecrypt
    from wishloop.parties.operations import reseal_factors, rewrap_person_keys

    try:
        people = rewrap_person_keys(progress=lambda done, total: say(f"{done}/{total}"))
        factors = reseal_factors()
    except CannotDecrypt as error:
        say(f"有密钥打不开（{error}）。请把备份里的旧密钥补进 secrets/field_keys 再运行。")
        sys.exit(1)
    say(f"已重新包裹 {people} 个人的密钥、{factors} 个验证器。确认无误后可运行 wishloop keys retire。")


@keys.command()
@data_option
def retire() -> None:
    """扔掉旧密钥；还有人的密钥只有旧的打得开时拒绝。"""
    open_instance()
    from wishloop.parties.operations import old_keys_in_use
    from wishloop.runtime import secret_files

    left = old_keys_in_use()
    if left:
        refuse(f"还有 {left} 个人的密钥没有换上新密钥；请先运行 wishloop keys rewrap。")
    dropped = secret_files.retire_keys(name="field_keys", environment_name="WISHLOOP_FIELD_KEYS")
    say(f"已扔掉 {dropped} 把旧密钥。更早的备份要用旧密钥才能读，请按备份的保存期限另行保管或销毁。")
