"""Tables of the public doors' guards: UNLOGGED, since losing them in a crash only resets limits."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_extensions")]

    operations = [
        migrations.RunSQL(
            sql=(
                "create unlogged table core_rate_limit (key bytea primary key, free_at timestamptz not null) "
                "with (fillfactor = 70);"
                "create unlogged table core_spent_proof (key bytea primary key, expires_at timestamptz not null);"
                "create index core_spent_proof_expires_at on core_spent_proof (expires_at);"
            ),
            reverse_sql="drop table core_rate_limit; drop table core_spent_proof;",
        )
    ]
