"""A need comes in by any door: who, where and what, checked once and registered whole or not at all."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wishloop.core.actor import Actor
from wishloop.core.identifiers import CODE_ALPHABET, new_id
from wishloop.core.kept import kept_for_moments
from wishloop.core.masking import find_personal
from wishloop.core.problem import Problem
from wishloop.core.text import cleaned, optional_text, required_text
from wishloop.parties.contacts import normalise_phone
from wishloop.parties.operations import record_consents, register_person
from wishloop.parties.operations.consents import WORDING
from wishloop.places.operations import add_provisional_place
from wishloop.places.queries import find_place, nearest_community, place_by_code, unit_in_words
from wishloop.wishes.operations import attach_evidence, register_wish
from wishloop.wishes.queries import registered_wish
from wishloop.wishes.suggestions import CategoryWords, category_words, suggest, tier_for

if TYPE_CHECKING:
    from wishloop.cases.models import Case
    from wishloop.parties.models import Party
    from wishloop.places.models import Place
    from wishloop.wishes.models import Wish

MAX_TEXT_CHARS = 2000
MAX_PLACE_CHARS = 100
MAX_NAME_CHARS = 60
# How near a community must be to a position for it to be taken as the place of the wish; farther, the district sorts it out.
NEAR_M = 3_000
SECRET_CHARS = 6


@dataclass(frozen=True, slots=True)
class PersonSaid:
    """A person as told at a door. Everything may be empty: a wish without a name is a wish all the same."""

    name: str = ""
    phone: str = ""
    address: str = ""
    is_minor: bool = False

    @property
    def given(self) -> bool:
        """Whether there is anybody to register."""
        return bool(self.name.strip() or self.phone.strip())


@dataclass(frozen=True, slots=True)
class PlaceSaid:
    """Where, as told: a code of the list, else a name (known or not), else a position, else nothing at all.

    ``unit`` is the place itself where the caller has looked it up already.
    """

    code: str = ""
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    unit: Place | None = None


@dataclass(frozen=True, slots=True)
class Consents:
    """What the person agreed to; ``how`` says how staff were told (spoken, signed), for history."""

    collect: bool = False
    publish: bool = False
    publish_photo: bool = False
    wording: str = WORDING
    how: str = ""

    def purposes(self) -> list[str]:
        """Return the purposes agreed to."""
        return [name for name in ("collect", "publish", "publish_photo") if getattr(self, name)]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A wish that has come in. ``secret`` opens its tracking page without a phone; ``created`` is false for a repeat."""

    wish: Wish
    case: Case
    created: bool
    secret: str


# Read for every wish that comes in, changed a few times a month: kept for seconds (core.kept).
_listed = kept_for_moments(category_words)
_unit_of = kept_for_moments(place_by_code)


def home_place() -> Place:
    """Return the district this installation serves (``settings.HOME_PLACE_CODE``).

    Raises:
        Problem: ``no_home_place`` when its units have not been loaded.
    """
    place = _unit_of(settings.HOME_PLACE_CODE)
    if place is None:
        raise Problem("no_home_place", _("还没有载入地区资料，请管理员先导入。"), status=503)
    return place


def tracking_secret(case_id: UUID) -> str:
    """Return the six letters printed on a wish's slip, worked out from its id and the installation's key; stored nowhere."""
    key: bytes = settings.BLIND_INDEX_KEY
    value = int.from_bytes(hmac.new(key, b"track\x1f" + case_id.bytes, hashlib.sha256).digest(), "big")
    letters = []
    for _place in range(SECRET_CHARS):
        value, rest = divmod(value, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "".join(letters)


def submit_wish(
    *,
    actor: Actor,
    text: str,
    place: PlaceSaid,
    channel: str,
    at: datetime,
    wish_id: UUID | None = None,
    happened_at: datetime | None = None,
    reporter: PersonSaid | None = None,
    beneficiary: PersonSaid | None = None,
    beneficiary_count: int = 1,
    consents: Consents | None = None,
    said_urgent: bool = False,
    category_code: str | None = None,
    tier: str | None = None,
    needs: Sequence[str] = (),
    source_key: str | None = None,
    note: str = "",
    words: Sequence[CategoryWords] | None = None,
    home: Place | None = None,
    photos: Sequence[UUID] = (),
) -> Submitted:
    """Take one need in: people, consents and wish in one transaction (F1 to F7).

    The same ``wish_id`` or ``source_key`` again returns the wish there is, whatever else the second call says: a retry of a
    form or a phone must never make two. Category and tier not given are suggested from the words; a steward decides. A place
    name the list lacks is added "to be confirmed"; no place at all leaves it to the district.

    Args:
        words: the categories with their keywords, when the caller has them already (imports).
        photos: media stored before and used by nothing yet, shown with the wish as it was told.
        home: the district wishes without a place belong to, ``home_place()`` when left out.

    Raises:
        Problem: each with its field: ``missing`` or ``too_long`` at ``text``, ``unknown_place`` at ``place``, ``bad_position`` at
            ``lat``/``lon``, ``bad_phone``, ``future_moment`` at ``happened_at``, ``guardian_needed``, ``unknown_choice``.
    """
    identifier = wish_id or new_id()
    known = registered_wish(wish_id=identifier, source_key=source_key)
    if known is not None:
        return _submitted(known, created=False)
    told = required_text(
        text, field="text", max_chars=MAX_TEXT_CHARS, missing=_("请写下您的心愿：需要什么帮助？")
    )
    _check_moment(happened_at, at)
    check_position(place.lat, place.lon)
    listed = words if words is not None else _listed()
    guess = suggest(told, listed, said_urgent=said_urgent)
    agreed = consents or Consents()
    with transaction.atomic():
        where, said = settle_place(place, at=at, home=home or home_place())
        asker = _register(reporter, where, at, field_prefix="")
        helped = _register(beneficiary, where, at, field_prefix="beneficiary_")
        registered = register_wish(
            actor=actor,
            wish_id=identifier,
            text=told,
            place=where,
            channel=channel,
            happened_at=happened_at or at,
            at=at,
            category_code=category_code or guess.category_code,
            tier=tier or tier_for(guess, category_code, listed),
            needs=needs,
            said_urgent=said_urgent,
            reporter_id=asker.pk if asker else None,
            beneficiary_id=helped.pk if helped else None,
            beneficiary_count=beneficiary_count,
            place_said=said,
            lat=place.lat,
            lon=place.lon,
            source_key=source_key,
            note=_note(note, agreed),
        )
        if registered.created:
            _record_consents(actor, agreed, asker, helped, identifier, at)
            _attach_photos(actor, photos, registered.wish, at)
    return Submitted(
        registered.wish, registered.case, registered.created, tracking_secret(registered.case.pk)
    )


def _submitted(wish: Wish, *, created: bool) -> Submitted:
    return Submitted(wish, wish.case, created, tracking_secret(wish.case.pk))


def _check_moment(happened_at: datetime | None, at: datetime) -> None:
    if happened_at is not None and happened_at > at:
        raise Problem("future_moment", _("发生时间不能晚于现在，请检查日期和时间。"), "happened_at")


def check_position(lat: float | None, lon: float | None) -> None:
    """Refuse half a position and one outside the globe.

    Raises:
        Problem: ``bad_position`` at ``lat`` or ``lon``.
    """
    if (lat is None) != (lon is None):
        raise Problem("bad_position", _("位置要同时有纬度和经度。"), "lat" if lat is None else "lon")
    if lat is not None and not -90 <= lat <= 90:
        raise Problem("bad_position", _("纬度应在 -90 到 90 之间。"), "lat")
    if lon is not None and not -180 <= lon <= 180:
        raise Problem("bad_position", _("经度应在 -180 到 180 之间。"), "lon")


def settle_place(said: PlaceSaid, *, at: datetime, home: Place) -> tuple[Place, str]:
    """Return the unit a wish belongs to and the place in the person's own words.

    Raises:
        Problem: ``unknown_place`` at ``place`` for a code nobody has; ``missing``, ``too_long`` at ``place_name``.
    """
    words = optional_text(said.name, field="place_name", max_chars=MAX_PLACE_CHARS, one_line=True)
    if said.unit is not None:
        return said.unit, words
    code = cleaned(said.code, one_line=True)
    if code:
        place = _unit_of(code)
        if place is None:
            raise Problem(
                "unknown_place",
                _("没有编码为这个的地点。请重新选择；列表里没有的，可以直接写社区或村的名字。"),
                "place",
            )
        return place, words
    if words:
        return find_place(words, within=home) or _unit_named(words, home, at), words
    if said.lat is not None and said.lon is not None:
        near = nearest_community(said.lat, said.lon, within_path=home.path)
        if near is not None and _distance_m(near, said.lat, said.lon) <= NEAR_M:
            return near, ""
    return home, ""


def _unit_named(words: str, home: Place, at: datetime) -> Place:
    """Return the unit that free words name, or one to be confirmed below what they name: 扎细新村3栋, 扎细街道向阳社区."""
    found = unit_in_words(words, within=home)
    if found is None:
        return _provisional(words, home, at)
    unit, rest = found
    if unit.level == "subdistrict" and re.search(r"(社区|村|居委会|村委会|居民委员会|村民委员会)$", rest):
        return _provisional(rest, unit, at)
    return unit


def _provisional(words: str, home: Place, at: datetime) -> Place:
    """Return the unit a person named, to be confirmed; without the door number or name they may have written with it, since
    the public reads names of places. With nothing else left it is the district's to sort out."""
    name = words
    for span in reversed(find_personal(words)):
        name = name[: span.start] + name[span.end :]
    name = cleaned(name, one_line=True)
    return add_provisional_place(name=name, parent=home, at=at) if len(name) > 1 else home


def _distance_m(place: Place, lat: float, lon: float) -> float:
    from wishloop.core.geodesy import distance_m

    return float(distance_m(lat, lon, place.lat or 0, place.lon or 0))


def _register(person: PersonSaid | None, place: Place, at: datetime, *, field_prefix: str) -> Party | None:
    if person is None or not person.given:
        return None
    try:
        return register_person(
            name=cleaned(person.name, one_line=True),
            phone=person.phone,
            address=cleaned(person.address, one_line=True),
            place=place,
            is_minor=person.is_minor,
            at=at,
        )
    except Problem as problem:
        if field_prefix and problem.field:
            raise Problem(
                problem.code,
                problem.message,
                field_prefix + problem.field,
                status=problem.status,
                data=problem.data,
            ) from problem
        raise


def _note(note: str, agreed: Consents) -> str:
    how = cleaned(agreed.how, one_line=True)
    parts = [cleaned(note), str(_("同意方式：%s") % how) if how else ""]
    return "\n".join(part for part in parts if part)


def _attach_photos(actor: Actor, photos: Sequence[UUID], wish: Wish, at: datetime) -> None:
    """Show the photos with the wish: in the name of staff who took it down, else in its resident's."""
    speaker = actor if actor.user_id else Actor(kind="resident", party_id=wish.reporter_id, case_id=wish.pk)
    for medium_id in photos:
        attach_evidence(actor=speaker, wish_id=wish.pk, medium_id=medium_id, purpose="need", at=at)


def _record_consents(
    actor: Actor,
    agreed: Consents,
    asker: Party | None,
    helped: Party | None,
    case_id: UUID,
    at: datetime,
) -> None:
    """Record the consents of who asks, and of whom it is for as given by who asks (the guardian, for a child)."""
    purposes = agreed.purposes()
    if not purposes:
        return
    for party in (asker, helped):
        if party is None:
            continue
        guardian = asker.pk if party.is_minor and asker is not None and asker.pk != party.pk else None
        record_consents(
            actor=actor, party=party, purposes=purposes, at=at, case_id=case_id, guardian_id=guardian,
            wording=agreed.wording,
        )  # fmt: skip


def problems_with(
    *,
    text: str,
    place: PlaceSaid,
    reporter: PersonSaid,
    beneficiary: PersonSaid | None,
    consents: Consents,
    for_child: bool = False,
) -> list[Problem]:
    """Return everything ``submit_wish`` would refuse, all at once and without writing, so that a form shows it in one go."""
    found: list[Problem] = []

    def check(rule: Callable[[], object]) -> None:
        try:
            rule()
        except Problem as problem:
            found.append(problem)

    check(
        lambda: required_text(
            text, field="text", max_chars=MAX_TEXT_CHARS, missing=_("请写下您的心愿：需要什么帮助？")
        )
    )
    check(lambda: optional_text(place.name, field="place_name", max_chars=MAX_PLACE_CHARS, one_line=True))
    check(lambda: check_position(place.lat, place.lon))
    check(lambda: optional_text(reporter.name, field="name", max_chars=MAX_NAME_CHARS, one_line=True))
    if cleaned(reporter.phone):
        check(lambda: normalise_phone(cleaned(reporter.phone, one_line=True)))
    if beneficiary is not None:
        check(
            lambda: optional_text(
                beneficiary.name, field="beneficiary_name", max_chars=MAX_NAME_CHARS, one_line=True
            )
        )
    if for_child and not (cleaned(reporter.name) and cleaned(reporter.phone)):
        message = _("为孩子许愿，请留下监护人（您）的姓名和电话。")
        found.append(Problem("guardian_needed", message, "name" if not cleaned(reporter.name) else "phone"))
    if not consents.collect:
        found.append(Problem("no_consent", _("请勾选同意记录，否则我们不能保存您写的内容。"), "collect"))
    return found
