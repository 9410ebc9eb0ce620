"""``wishloop backup`` and ``wishloop restore``: database, media and, only when asked, the keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from wishloop.cli.main import data_option, open_instance, refuse, say
from wishloop.runtime import datadir, embedded

DUMP, MEDIA, SECRETS = "database.dump", "media", "secrets"


def _address() -> str:
    return os.environ.get("DATABASE_URL") or embedded.database_url(datadir.data_dir())


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603
        [str(embedded.binaries() / program), *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        say(f"{program}: {done.stderr.strip()}")
        sys.exit(1)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="连同密钥一起保存（请放在安全的地方）")
@data_option
def backup(folder: Path, *, with_secrets: bool) -> None:
    """把数据库和媒体文件备份到一个新目录。"""
    if folder.exists() and any(folder.iterdir()):
        refuse(f"{folder} 不是空目录；请换一个新的目录名，以免盖掉以前的备份。")
    open_instance()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={folder / DUMP}", _address())
    media = datadir.data_dir() / MEDIA
    if media.exists():
        shutil.copytree(media, folder / MEDIA)
    if with_secrets:
        shutil.copytree(datadir.data_dir() / SECRETS, folder / SECRETS)
        say(f"已备份到 {folder}，含密钥：任何拿到它的人都能读出个人信息，请加密保存。")
    else:
        say(
            f"已备份到 {folder}。密钥没有放进去；没有 secrets/ 里的密钥，恢复后个人信息读不出来，请另行保管。"
        )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="覆盖现有数据")
@data_option
def restore(folder: Path, *, force: bool) -> None:
    """从备份目录恢复到一套空的系统。"""
    if not (folder / DUMP).exists():
        refuse(f"{folder} 里没有 {DUMP}；请指向 wishloop backup 生成的目录。")
    data = datadir.data_dir()
    if (folder / SECRETS).exists() and not (data / SECRETS).exists():
        shutil.copytree(folder / SECRETS, data / SECRETS)
    open_instance()
    from wishloop.parties.queries import any_account
    from wishloop.wishes.queries import first_told_on

    if not force and (any_account() or first_told_on() is not None):
        refuse("这套系统里已经有数据；要覆盖请加 --force，或用 --data 指向一个新目录。")
    from django.db import connections

    connections.close_all()
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--dbname={_address()}",
        str(folder / DUMP),
    )
    if (folder / MEDIA).exists():
        shutil.copytree(folder / MEDIA, data / MEDIA, dirs_exist_ok=True)
    open_instance()
    say("已恢复。请运行 wishloop doctor 检查。")
