"""Migration operation: rows of a table may be added and never changed or removed, whatever program asks.

Architecture: history, ledger and public log are append-only in the database itself. The owner's maintenance (forgetting a
person by law) can lift the guard for one transaction with ``set local wishloop.maintenance = 'on'``, which a superuser-owned
procedure logs; ordinary code never does.
"""

from __future__ import annotations

from django.db import migrations

_FUNCTION = """
create or replace function wishloop_refuse_change() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('wishloop.maintenance', true), '') = 'on' then
        return coalesce(new, old);
    end if;
    raise exception 'append-only: % on table % is refused', tg_op, tg_table_name using errcode = '42501';
end $$;
"""


class AppendOnly(migrations.RunSQL):
    """Protect ``table``: UPDATE, DELETE and TRUNCATE raise ``insufficient_privilege`` (42501)."""

    def __init__(self, table: str) -> None:
        super().__init__(
            sql=(
                f"{_FUNCTION} create trigger {table}_append_only before update or delete on {table} "
                "for each row execute function wishloop_refuse_change(); "
                f"create trigger {table}_no_truncate before truncate on {table} "
                "for each statement execute function wishloop_refuse_change();"
            ),
            reverse_sql=f"drop trigger {table}_append_only on {table}; drop trigger {table}_no_truncate on {table};",
        )
        self.table = table

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Return how the operation is written in a migration file."""
        return self.__class__.__name__, [self.table], {}
