"""Keyset pages: stable under inserts, equally fast on page 1 and page 1,000."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wishloop.core.problem import Problem

Row = TypeVar("Row", bound=Model)
MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows. ``next_cursor`` and ``previous_cursor`` are opaque strings, or None at the ends."""

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None


def _encode(values: Sequence[Any], *, backwards: bool) -> str:
    plain = [
        v.isoformat() if isinstance(v, datetime) else str(v) if isinstance(v, UUID) else v for v in values
    ]
    return base64.urlsafe_b64encode(json.dumps([int(backwards), plain]).encode()).decode().rstrip("=")


def _decode(cursor: str, size: int) -> tuple[bool, list[Any]]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        backwards, values = bool(raw[0]), raw[1]
        if not isinstance(values, list) or len(values) != size:
            raise ValueError
        if any(v is not None and not isinstance(v, str | int | float) for v in values):
            raise ValueError
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise Problem(
            "bad_cursor", _("翻页标记无效。请从第一页重新打开列表。"), "cursor", status=400
        ) from error
    return backwards, values


def keyset_page(
    rows: QuerySet[Row], *, order: Sequence[str], cursor: str | None = None, page_size: int = 20
) -> Page[Row]:
    """Return one page of ``rows`` in ``order`` (field names, ``-`` for descending, the last one unique).

    One query, of ``page_size + 1`` rows. All ordered fields must be NOT NULL within ``rows``.

    Raises:
        Problem: ``bad_cursor`` when the cursor was not made here.
    """
    size = max(1, min(page_size, MAX_PAGE_SIZE))
    names = [field.lstrip("-") for field in order]
    backwards, values = _decode(cursor, len(names)) if cursor else (False, None)
    if values is not None:
        try:
            rows = rows.filter(_after(order, values, backwards=backwards))
        except (ValueError, TypeError) as error:
            raise Problem(
                "bad_cursor", _("翻页标记无效。请从第一页重新打开列表。"), "cursor", status=400
            ) from error
    directed = [_flip(field) for field in order] if backwards else list(order)
    try:
        found = list(rows.order_by(*directed)[: size + 1])
    except Exception as error:
        if values is not None and type(error).__name__ in {"ValidationError", "DataError"}:
            raise Problem(
                "bad_cursor", _("翻页标记无效。请从第一页重新打开列表。"), "cursor", status=400
            ) from error
        raise
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    forward = bool(found) and (more if not backwards else True)
    backward = bool(found) and (values is not None and (not backwards or more))
    return Page(
        rows=found,
        next_cursor=_encode([_value(found[-1], n) for n in names], backwards=False) if forward else None,
        previous_cursor=_encode([_value(found[0], n) for n in names], backwards=True) if backward else None,
    )


def _value(row: Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _after(order: Sequence[str], values: Sequence[Any], *, backwards: bool) -> Q:
    """Build (a > x) or (a = x and b > y) or …, with the direction of each field."""
    condition = Q(pk__in=[])
    equal = Q()
    for field, value in zip(order, values, strict=True):
        descending = field.startswith("-") != backwards
        name = field.lstrip("-")
        condition |= equal & Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        equal &= Q(**{name: value})
    return condition
