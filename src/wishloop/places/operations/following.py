"""For modules above: let rows that hold a place or its path follow when units move or merge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat, Substr

from wishloop.places.operations.moving import PathChange


def follow(
    rows: QuerySet[Any], *, changes: Iterable[PathChange], place_field: str, path_field: str | None = None
) -> int:
    """Point ``rows`` at the unit that took over and give them its path; returns how many rows changed.

    Two statements a change at most. ``rows`` is all a module wants to follow, of one table.
    """
    touched = 0
    for change in changes:
        if path_field is not None and change.old_path != change.new_path:
            touched += rows.filter(**{f"{path_field}__startswith": change.old_path}).update(
                **{
                    path_field: Concat(
                        Value(change.new_path),
                        Substr(path_field, len(change.old_path) + 1),
                        output_field=CharField(),
                    )
                }
            )
        if change.old_id != change.new_id:
            moved = rows.filter(**{f"{place_field}_id": change.old_id}).update(
                **{f"{place_field}_id": change.new_id}
            )
            touched += moved if path_field is None else 0
    return touched
