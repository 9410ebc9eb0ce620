from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Trigram search, for finding wishes that say nearly the same."""

    dependencies = []
    operations = [TrigramExtension()]
