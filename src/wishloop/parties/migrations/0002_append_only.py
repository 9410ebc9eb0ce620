from django.db import migrations

from wishloop.core.append_only import AppendOnly


class Migration(migrations.Migration):
    """Rows may be added and never changed (architecture: history is append-only in the database)."""

    dependencies = [("parties", "0001_initial")]
    operations = [AppendOnly("parties_personaldataview")]
