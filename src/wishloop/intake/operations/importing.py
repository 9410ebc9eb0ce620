"""Whole files of wishes: looked at without writing, then taken in row by row, each once however often the file comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from wishloop.core.actor import Actor
from wishloop.core.problem import Forbidden, Problem
from wishloop.intake.import_files import RawFile, RawRow, read_file
from wishloop.intake.import_rows import Choices, WishRow, choices_for, parse_row
from wishloop.intake.operations.submitting import (
    Consents,
    PersonSaid,
    PlaceSaid,
    home_place,
    submit_wish,
)
from wishloop.places.queries import find_place, place_by_code
from wishloop.wishes.queries import known_rows
from wishloop.wishes.suggestions import CategoryWords, category_words

if TYPE_CHECKING:
    from wishloop.places.models import Place

CHUNK_ROWS = 200
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Imported:
    """What became of a file. ``rejected`` rows keep their number, the column and the sentence to show beside it."""

    created: int = 0
    existing: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the shape promised to programs."""
        return {"created": self.created, "existing": self.existing, "rejected": self.rejected}

    def reject(self, number: int, problem_field: str | None, message: object) -> None:
        """Keep a row that could not be taken in."""
        self.rejected.append({"row": number, "field": problem_field or "row", "message": str(message)})


def import_wishes(
    *,
    actor: Actor,
    file: IO[bytes] | bytes,
    filename: str,
    dry_run: bool,
    at: datetime,
    default_place: Place | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Take a file of wishes in (JSONL, CSV or XLSX); they arrive on the triage desk.

    The same row again, in this file or a later one, creates nothing. Rows without a place go to ``default_place``, else to the
    home district. With ``dry_run`` nothing is written and ``created`` is what would be. Writes in chunks of 200 rows, each
    chunk one transaction: an import that is stopped has lost nothing and may be repeated.

    Args:
        progress: called after each chunk with rows done and rows in all.

    Returns:
        ``{"created": n, "existing": n, "rejected": [{"row", "field", "message"}]}``

    Raises:
        Problem: ``bad_file``, ``empty_file``, ``no_text_column``, ``too_many_rows`` at ``file``. Forbidden.
    """
    data = file if isinstance(file, bytes) else file.read()
    return import_rows(
        actor=actor, read=read_file(data, filename), dry_run=dry_run, at=at, default_place=default_place, progress=progress
    ).as_dict()  # fmt: skip


def import_rows(
    *,
    actor: Actor,
    read: RawFile,
    dry_run: bool,
    at: datetime,
    default_place: Place | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Take the rows of a file that has been read in; see ``import_wishes``."""
    home = home_place()
    base = default_place or home
    if actor.kind != "system" and not actor.may(base.path, "steward", "administrator", "grid_worker"):
        raise Forbidden(_("只能导入到您负责的地区。"))
    words = category_words()
    job = _Job(actor, at, home, base, words, choices_for({c.code: c.name for c in words}), dry_run)
    done = 0
    for chunk in _chunks(read.rows):
        job.take(chunk)
        done += len(chunk)
        if progress is not None:
            progress(done, len(read.rows))
    return job.result


def _chunks(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK_ROWS)):
        yield chunk


class _Job:
    """One import under way: what is looked up once for all rows, and the result so far."""

    def __init__(
        self,
        actor: Actor,
        at: datetime,
        home: Place,
        base: Place,
        words: list[CategoryWords],
        choices: Choices,
        dry_run: bool,
    ) -> None:
        self.actor, self.at, self.home, self.base = actor, at, home, base
        self.words, self.choices, self.dry_run = words, choices, dry_run
        self.result = Imported()
        self._seen: set[str] = set()
        self._places: dict[str, Place | None] = {}

    def take(self, chunk: list[RawRow]) -> None:
        """Take one chunk in, in one transaction."""
        parsed = [row for row in map(self._parsed, chunk) if row is not None]
        known = known_rows(
            keys=[row.key for row in parsed], ids=[row.wish_id for row in parsed if row.wish_id]
        )
        with transaction.atomic():
            for row in parsed:
                repeated = (
                    row.key in self._seen or row.key in known or (row.wish_id and str(row.wish_id) in known)
                )
                self._seen.add(row.key)
                if repeated:
                    self.result.existing += 1
                else:
                    self._one(row)

    def _parsed(self, row: RawRow) -> WishRow | None:
        if row.error is not None:
            self.result.reject(row.number, *row.error)
            return None
        try:
            return parse_row(row, self.choices, at=self.at)
        except Problem as problem:
            self.result.reject(row.number, problem.field, problem.message)
            return None

    def _one(self, row: WishRow) -> None:
        try:
            place = self._place(row)
            if not self.dry_run:
                with transaction.atomic():
                    self._submit(row, place)
            self.result.created += 1
        except Problem as problem:
            self.result.reject(row.number, problem.field, problem.message)

    def _place(self, row: WishRow) -> PlaceSaid:
        """Return where the row says: a known unit by code, a name left to be settled, or the file's default."""
        if not row.place:
            return PlaceSaid(unit=self.base, lat=row.lat, lon=row.lon)
        if row.place not in self._places:
            self._places[row.place] = place_by_code(row.place) or find_place(row.place, within=self.home)
        place = self._places[row.place]
        if place is None and row.place.isdecimal():
            raise Problem("unknown_place", _("没有编码为“%(code)s”的地点。") % {"code": row.place}, "place")
        if place is None:  # a name the list lacks: added to be confirmed when the row is written
            self._require_here(self.home)
            return PlaceSaid(name=row.place, lat=row.lat, lon=row.lon)
        self._require_here(place)
        said = "" if row.place == place.code else row.place
        return PlaceSaid(unit=place, name=said, lat=row.lat, lon=row.lon)

    def _require_here(self, place: Place) -> None:
        inside = place.path.startswith(self.base.path) or self.base.path.startswith(place.path)
        allowed = self.actor.kind == "system" or self.actor.may(
            place.path, "steward", "administrator", "grid_worker"
        )
        if not allowed and not inside:
            raise Problem("not_your_place", _("这个地点不在您负责的地区。"), "place")

    def _submit(self, row: WishRow, place: PlaceSaid) -> None:
        submitted = submit_wish(
            actor=self.actor,
            wish_id=row.wish_id,
            text=row.text,
            place=place,
            channel=row.channel,
            at=self.at,
            happened_at=row.happened_at,
            reporter=PersonSaid(name=row.name, phone=row.phone),
            beneficiary_count=row.beneficiary_count,
            consents=Consents(
                collect=row.collect, publish=row.publish, how=str(_("导入的名册")) if row.collect else ""
            ),
            said_urgent=row.urgent,
            category_code=row.category_code,
            tier=row.tier,
            needs=row.needs,
            source_key=row.key,
            note=row.note,
            words=self.words,
            home=self.home,
        )
        if place.name and place.unit is None:  # the name has become a unit: later rows find it
            self._places[place.name] = submitted.case.place
