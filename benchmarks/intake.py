"""How many wishes a second come in through the real server, with all effects, beside a bare transaction of the same rows.

The ceiling is pgbench inserting exactly the rows one accepted wish leaves in the tables, in one transaction, on the same
database in the same run. Run: ``wishloop bench intake [--json]``.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import uuid4

import psycopg

from load import Request, as_body, measure
from server import Instance, instance, pgbench

LEVELS = (1, 8, 32)
SECONDS = 6
PLACE = "540102005002"


def request(client: int, number: int) -> Request:
    """Return one resident's wish with a name, a phone of their own and two consents."""
    phone = f"139{(client * 1_000_003 + number * 7 + uuid4().int) % 10**8:08d}"
    return (
        "POST",
        "/api/v1/public/wishes",
        as_body(
            {
                "text": f"想要一辆轮椅，推老伴出去晒太阳 {uuid4().hex[:6]}",
                "place": PLACE,
                "contact": {"name": f"测试{uuid4().hex[:4]}", "phone": phone},
                "consent": {"collect": True, "publish": True},
            }
        ),
    )


def rows_of_one_wish(where: Instance) -> dict[str, int]:
    """Return how many rows each table gains by one wish: counted, not assumed."""
    import urllib.request

    def counts() -> dict[str, int]:
        with psycopg.connect(where.database_url) as connection:
            tables = [row[0] for row in connection.execute("select relname from pg_stat_user_tables")]
            return {t: connection.execute(f'select count(*) from "{t}"').fetchone()[0] for t in tables}  # type: ignore[index]

    def send() -> None:
        method, path, body = request(0, 0)
        sent = urllib.request.Request(
            where.base + path, body, {"Content-Type": "application/json"}, method=method
        )
        urllib.request.urlopen(sent).read()

    send()
    before = counts()
    send()
    after = counts()
    skip = ("procrastinate_workers", "procrastinate_events")
    return {t: after[t] - before[t] for t in after if after[t] > before[t] and t not in skip}


def bare_script(where: Instance, rows: dict[str, int]) -> str:
    """Return SQL that inserts copies of the newest rows of those tables under fresh keys, in one transaction."""
    lines = ["begin;"]
    order = ["parties_party", "parties_personkey", "parties_persondetails", "cases_case", "cases_caseevent", "wishes_wish",
             "parties_consent", "procrastinate_jobs"]  # fmt: skip
    with psycopg.connect(where.database_url) as connection:
        connection.execute("create table if not exists bench_one as select 1")
        for table in [t for t in order if t in rows] + [t for t in rows if t not in order]:
            for copy in range(rows[table]):
                name = f"bench_{table}"
                if copy == 0:
                    connection.execute(f"drop table if exists {name}")
                    connection.execute(f"create table {name} (like {table} including all)")
                    connection.execute(
                        f"insert into {name} overriding system value select * from {table} limit 1"
                    )
                lines.append(_copy(connection, table, name))
        connection.commit()
    return "\n".join([*lines, "commit;"])


def _copy(connection: psycopg.Connection[Any], table: str, name: str) -> str:
    columns = connection.execute(
        "select column_name, data_type, is_identity from information_schema.columns where table_name = %s order by ordinal_position",
        [table],
    ).fetchall()
    unique = {
        row[0]
        for row in connection.execute(
            "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey) "
            "where i.indrelid = %s::regclass and i.indisunique and (i.indnkeyatts = 1 or a.atttypid = 'uuid'::regtype)",
            [table],
        )
    }
    chosen = [c for c in columns if c[2] != "YES" and not (c[0] == "id" and c[1] == "bigint")]
    source = ", ".join(_fresh(c[0], c[1]) if c[0] in unique else f'"{c[0]}"' for c in chosen)
    names = ", ".join(f'"{c[0]}"' for c in chosen)
    return f"insert into {name} ({names}) select {source} from {table} limit 1;"


def _fresh(column: str, kind: str) -> str:
    if kind == "uuid":
        return "gen_random_uuid()"
    if kind in {"character varying", "text"}:
        return f'case when "{column}" is null then null else substr(md5(random()::text), 1, 16) end'
    if kind == "bytea":
        return f"case when \"{column}\" is null then null else decode(md5(random()::text), 'hex') end"
    if kind == "integer":
        return "(random() * 2000000000)::int"
    return f'"{column}"'


def run() -> dict[str, Any]:
    """Measure all levels and return the figures."""
    with instance() as where:
        measure(where.base, request, concurrency=4, seconds=3)
        rows = rows_of_one_wish(where)
        script = bare_script(where, rows)
        levels = []
        for level in LEVELS:
            got = measure(where.base, request, concurrency=level, seconds=SECONDS)
            ceiling, _latency = pgbench(where, script, clients=level, seconds=SECONDS)
            levels.append(
                {
                    **got.as_json(),
                    "ceiling_per_second": round(ceiling, 1),
                    "ratio": round(got.per_second / ceiling, 4),
                }
            )
        return {"name": "intake", "rows_per_wish": rows, "levels": levels}


def show(figures: dict[str, Any]) -> None:
    """Print the figures for people."""
    print("rows of one wish:", figures["rows_per_wish"])
    print(
        f"{'clients':>8} {'wishes/s':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'bare/s':>9} {'ratio':>7} {'errors':>7}"
    )
    for row in figures["levels"]:
        print(
            f"{row['concurrency']:>8} {row['per_second']:>9.1f} {row['p50_ms']:>8.1f} {row['p95_ms']:>8.1f} {row['p99_ms']:>8.1f} "
            f"{row['ceiling_per_second']:>9.1f} {row['ratio']:>7.3f} {row['errors']:>7}"
        )


if __name__ == "__main__":
    found = run()
    print(json.dumps(found, ensure_ascii=False)) if "--json" in sys.argv else show(found)
