"""History refuses change in the database itself."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["cases_caseevent", "parties_personaldataview"])
def test_truncate_is_refused(table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"truncate {table} cascade")
