"""``wishloop doctor``: what is well, what is not, and how to mend each."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from wishloop.cli.main import answer, data_option
from wishloop.runtime import datadir, embedded

OLDEST_POSTGRES = 150000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: well or not, what was seen, how to mend it."""

    name: str
    ok: bool
    seen: str
    mend: str = ""


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(
        "python", sys.version_info >= (3, 11), version, "安装 Python 3.11 或更新版本，再运行 make run。"
    )


def _database_runs() -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding("database_server", True, "外部数据库（DATABASE_URL）")
    data = datadir.data_dir()
    if embedded.is_running(data):
        return Finding("database_server", True, f"内置数据库正在运行（{data / 'postgres'}）")
    try:
        embedded.ensure_running(data)
    except embedded.EmbeddedDatabaseError as error:
        return Finding("database_server", False, str(error), "看上面的日志；磁盘是否已满、目录权限是否改过。")
    return Finding("database_server", True, "内置数据库刚刚启动")


def _database_version() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
        cursor.execute("select exists (select 1 from pg_available_extensions where name = 'pg_trgm')")
        [trigrams] = cursor.fetchone()
    if not trigrams:
        return Finding("database_version", False, f"{version}，缺 pg_trgm", "安装 postgresql-contrib。")
    return Finding(
        "database_version", number >= OLDEST_POSTGRES, version, "升级到 PostgreSQL 15 或更新版本。"
    )


def _migrations() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Finding(
        "migrations", not waiting, f"{len(waiting)} 个未应用", "运行 wishloop serve，启动时会自动应用。"
    )


def _worker() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('procrastinate_workers') is not null")
        if not cursor.fetchone()[0]:
            return Finding("worker", False, "任务表还没有建立", "先运行 wishloop serve。")
        cursor.execute("select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers")
        [seconds] = cursor.fetchone()
    alive = seconds is not None and seconds < 90
    seen = "从未运行" if seconds is None else f"{int(seconds)} 秒前有心跳"
    return Finding("worker", alive, seen, "运行 wishloop serve（网站和后台任务一起启动）或 wishloop worker。")


def _clock() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        [theirs] = cursor.fetchone()
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    return Finding("clock", apart < 5, f"与数据库相差 {apart:.1f} 秒", "打开两台机器的时间同步（NTP）。")


def _storage() -> Finding:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    try:
        name = default_storage.save("doctor/probe.txt", ContentFile(b"wishloop"))
        with default_storage.open(name) as kept:
            same = kept.read() == b"wishloop"
        default_storage.delete(name)
    except OSError as error:
        return Finding("storage", False, str(error), "检查数据目录的权限和剩余空间，或 S3 的设置。")
    free = shutil.disk_usage(datadir.data_dir()).free // 2**20
    return Finding("storage", same and free > 500, f"可读写，剩余 {free} MB", "清理磁盘，至少留 500 MB。")


def _secrets() -> Finding:
    folder: Path = datadir.data_dir() / "secrets"
    if not folder.exists():
        return Finding(
            "secrets",
            bool(os.environ.get("WISHLOOP_SECRET_KEY")),
            "来自环境变量",
            "设置 WISHLOOP_SECRET_KEY 等变量。",
        )
    loose = [p.name for p in folder.iterdir() if stat.S_IMODE(p.stat().st_mode) != 0o600]
    seen = f"{len(list(folder.iterdir()))} 个密钥文件" + (
        f"，权限过宽：{', '.join(loose)}" if loose else "，权限 600"
    )
    return Finding(
        "secrets", not loose, seen, f"chmod 600 {folder}/*；并把它们另存一份，丢了个人信息就读不出来。"
    )


CHECKS: tuple[Callable[[], Finding], ...] = (
    _database_version,
    _migrations,
    _worker,
    _clock,
    _storage,
    _secrets,
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@data_option
def doctor(*, as_json: bool) -> None:
    """检查这套系统是否正常，并说明怎样修好。"""
    found = [_python(), _database_runs()]
    if found[-1].ok:
        import django
        from django.db import DatabaseError

        django.setup()
        for check in CHECKS:
            try:
                found.append(check())
            except DatabaseError as error:
                found.append(
                    Finding(
                        check.__name__.strip("_"),
                        False,
                        str(error).splitlines()[0],
                        "检查 DATABASE_URL 和数据库日志。",
                    )
                )
    if as_json:
        answer(
            {
                "ok": all(f.ok for f in found),
                "checks": [
                    {"name": f.name, "ok": f.ok, "seen": f.seen, "mend": "" if f.ok else f.mend}
                    for f in found
                ],
            }
        )
    else:
        for finding in found:
            click.echo(f"{'好  ' if finding.ok else '问题'}  {finding.name:<17} {finding.seen}")
            if not finding.ok:
                click.echo(f"      怎样修：{finding.mend}")
    sys.exit(0 if all(f.ok for f in found) else 1)
