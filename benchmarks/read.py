"""How fast the public reads with 100,000 wishes through the real server: list, map, detail.

Beside each the same SQL by pgbench on the same database in the same run: what the database alone could give. The rows are
synthetic, written by SQL into a throw-away instance. Run: ``wishloop bench read [--json]``.
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import psycopg

from load import Request, measure
from server import Instance, instance, pgbench

WISHES = 100_000
LEVELS = (1, 8, 32)
SECONDS = 5
_FILL = """
insert into cases_case (id, kind, code, state, place_id, place_path, channel, tier, category_code, responsible_unit_id,
    responsible_path, happened_at, recorded_at, resolution_due_at, stopped_seconds, deadline_notes, event_count, reopened_count)
select md5('w' || n)::uuid, 'wish', 'XY-' || upper(substr(md5('c' || n), 1, 4)) || '-' || upper(substr(md5('d' || n), 1, 6)),
    (array['published', 'claimed', 'in_progress', 'closed', 'closed', 'closed'])[1 + n %% 6], p.id, p.path, 'qr_code',
    (array['ordinary', 'living_service', 'urgent'])[1 + n %% 3], c.code, p.id, p.path, now() - n * interval '3 minutes',
    now() - n * interval '3 minutes', now() + interval '3 days', 0, '{}', 1, 0
from generate_series(1, %(n)s) n
join lateral (select id, path from places_place where level = 'community' and path like '5401.540102.%%' order by md5(code || n) limit 1) p on true
join lateral (select code from wishes_category where is_wish order by md5(code || n) limit 1) c on true;
insert into wishes_wish (case_id, text, public_text, needs, category_id, said_urgent, beneficiary_count, place_said, public_lat,
    public_lon, published_at, granted_at, rating, rating_words, result, decline_reason)
select id, '想要一辆轮椅，推老伴出去晒太阳', '想要一辆轮椅，第 ' || substr(code, 4) || ' 位', '[]', category_code, false, 1, '',
    29.6 + 0.0045 * (abs(hashtext(code)) %% 40), 91.0 + 0.0052 * (abs(hashtext(code || 'x')) %% 60), recorded_at,
    case when state = 'closed' then recorded_at end, case when state = 'closed' then 5 end, '', '', ''
from cases_case;
insert into cases_caseevent (id, case_id, number, move, from_state, to_state, actor_kind, happened_at, recorded_at, note, public_note, data)
select md5('e' || id::text)::uuid, id, 1, 'receive', '', 'received', 'resident', happened_at, recorded_at, '', '', '{}' from cases_case;
"""


def fill(where: Instance) -> list[str]:
    """Write the synthetic wishes and return some of their codes."""
    with psycopg.connect(where.database_url, autocommit=True) as connection:
        connection.execute(_FILL.replace("%(n)s", str(WISHES)).replace("%%", "%"))
        connection.execute("analyze")
        return [
            row[0] for row in connection.execute("select code from cases_case order by md5(code) limit 2000")
        ]


def _list(client: int, number: int) -> Request:
    return "GET", "/api/v1/public/wishes", None


def _map(client: int, number: int) -> Request:
    draw = random.Random(client * 100_003 + number)
    west, south = draw.uniform(91.0, 91.2), draw.uniform(29.6, 29.7)
    return (
        "GET",
        f"/api/v1/public/wishes/map?bbox={west:.4f},{south:.4f},{west + 0.08:.4f},{south + 0.06:.4f}&zoom=14",
        None,
    )


def run() -> dict[str, Any]:
    """Measure all pages and levels."""
    with instance() as where:
        codes = fill(where)

        def detail(client: int, number: int) -> Request:
            return "GET", f"/api/v1/public/wishes/{codes[(client * 7919 + number) % len(codes)]}", None

        ceilings = {
            "list": "select w.*, c.* from wishes_wish w join cases_case c on c.id = w.case_id where w.published_at is not null "
            "order by w.published_at desc, w.case_id desc limit 21;",
            "map": "select count(*), avg(public_lat), avg(public_lon) from wishes_wish w join cases_case c on c.id = w.case_id where "
            "w.published_at is not null and public_lon between 91.1 and 91.18 and public_lat between 29.62 and 29.68 "
            "group by floor(public_lon / 0.0037), floor(public_lat / 0.0037);",
            "detail": f"select w.*, c.* from wishes_wish w join cases_case c on c.id = w.case_id where c.code = '{codes[0]}';",
        }
        pages = []
        for name, make in (("list", _list), ("map", _map), ("detail", detail)):
            measure(where.base, make, concurrency=2, seconds=1)
            for level in LEVELS:
                got = measure(where.base, make, concurrency=level, seconds=SECONDS)
                ceiling, _latency = pgbench(where, ceilings[name], clients=level, seconds=3)
                pages.append({"page": name, **got.as_json(), "sql_per_second": round(ceiling, 1)})
        return {"name": "read", "wishes": WISHES, "pages": pages}


def show(figures: dict[str, Any]) -> None:
    """Print the figures for people."""
    print(f"{figures['wishes']} wishes")
    print(
        f"{'page':>7} {'clients':>8} {'req/s':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'sql/s':>9} {'errors':>7}"
    )
    for row in figures["pages"]:
        print(
            f"{row['page']:>7} {row['concurrency']:>8} {row['per_second']:>8.1f} {row['p50_ms']:>8.1f} {row['p95_ms']:>8.1f} "
            f"{row['p99_ms']:>8.1f} {row['sql_per_second']:>9.1f} {row['errors']:>7}"
        )


if __name__ == "__main__":
    found = run()
    print(json.dumps(found, ensure_ascii=False)) if "--json" in sys.argv else show(found)
