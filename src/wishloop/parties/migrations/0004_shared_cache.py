"""The cache every server process shares (settings.CACHES): UNLOGGED, since a crash may empty it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_accounts_tokens_person_digest")]

    operations = [
        migrations.RunSQL(
            sql=(
                "create unlogged table wishloop_shared_cache (cache_key varchar(255) primary key, value text not null, "
                "expires timestamptz not null);"
                "create index wishloop_shared_cache_expires on wishloop_shared_cache (expires);"
            ),
            reverse_sql="drop table wishloop_shared_cache;",
        )
    ]
