"""Bringing in people and organisations from a file: row by row, so that one bad row never loses the good ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.problem import Conflict, Problem
from wishloop.core.rows import FileRow, read_rows
from wishloop.parties.contacts import normalise_credit_code
from wishloop.parties.models import OrganisationDetails, Party, Role, Skill, User
from wishloop.parties.operations.accounts import grant_role, handed_out_password, open_account
from wishloop.parties.operations.organisations import register_organisation
from wishloop.parties.operations.people import add_person
from wishloop.places.queries import find_place

if TYPE_CHECKING:
    from wishloop.places.models import Place

MEMBER_HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("姓名",),
    "phone": ("电话", "手机", "联系电话"),
    "place": ("社区", "所在社区", "place_code", "地区", "单位"),
    "id_number": ("身份证号", "身份证"),
    "address": ("住址", "地址"),
    "skills": ("特长", "技能", "skill"),
    "role": ("岗位", "身份"),
    "username": ("用户名", "账号"),
    "capacity": ("同时认领上限", "上限"),
}
ORGANISATION_HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("单位名称", "名称"),
    "kind": ("类型", "单位类型"),
    "place": ("社区", "所在社区", "place_code", "地区"),
    "credit_code": ("统一社会信用代码", "信用代码"),
    "capacity": ("同时认领上限", "上限"),
}
HEADINGS = {"members": MEMBER_HEADINGS, "organisations": ORGANISATION_HEADINGS}
IMPORTED_ROLES = (Role.MEMBER, Role.VOLUNTEER, Role.GRID_WORKER)


def kind_of_file(*, file: bytes, filename: str) -> str:
    """Tell what a file holds: ``organisations`` when any row has a kind of organisation or a credit code, else ``members``.

    Raises:
        Problem: at ``file`` (``core.rows.read_rows``).
    """
    asked = {"kind": ORGANISATION_HEADINGS["kind"], "credit_code": ORGANISATION_HEADINGS["credit_code"]}
    rows = read_rows(file, filename, headings=asked)
    return "organisations" if any(value for row in rows for value in row.cells.values()) else "members"


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be taken in, and why. ``field`` is the column, or empty."""

    row: int
    field: str
    message: str


@dataclass(frozen=True, slots=True, repr=False)
class OpenedAccount:
    """An account opened for a row; its password is shown this once. Has no repr: it would print it."""

    row: int
    username: str
    password: str


@dataclass(slots=True)
class ImportResult:
    """What became of the rows. ``existing`` ones were there already; ``duplicates`` names rows that repeat an earlier row."""

    created: int = 0
    existing: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    duplicates: list[tuple[int, int]] = field(default_factory=list)
    opened: list[OpenedAccount] = field(default_factory=list)


class _DryRunOver(Exception):
    """Takes back everything a dry run wrote."""


def import_parties(
    *,
    actor: Actor,
    file: bytes,
    filename: str,
    kind: str,
    dry_run: bool,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> ImportResult:
    """Take in people (``members``) or ``organisations`` from CSV, XLSX or JSONL. The same file twice creates nothing twice.

    A dry run does everything and takes it all back, so that it says exactly what the real run would. Members with a user name get
    an account and their role; the first password is in the result only.

    Raises:
        Problem: at ``file`` (``core.rows.read_rows``); ``unknown_choice`` at ``kind``.
    """
    if kind not in HEADINGS:
        raise Problem("unknown_choice", _("请选择导入人员还是单位。"), "kind")
    rows = read_rows(file, filename, headings=HEADINGS[kind], required=("name", "place"))
    result = ImportResult()
    take = _Members(actor, at) if kind == "members" else _Organisations(actor, at)
    try:
        with transaction.atomic():
            for number, row in enumerate(rows, start=1):
                _one(take, row, result)
                if progress is not None:
                    progress(number, len(rows))
            if dry_run:
                raise _DryRunOver
    except _DryRunOver:
        result.opened.clear()
    return result


def _one(take: _Members | _Organisations, row: FileRow, result: ImportResult) -> None:
    """Take in one row, in a transaction of its own within the file's."""
    if row.unreadable:
        result.rejected.append(RejectedRow(row.number, "", row.unreadable))
        return
    try:
        with transaction.atomic():
            party, created, opened = take.row(row)
    except Problem as problem:
        result.rejected.append(RejectedRow(row.number, problem.field or "", str(problem.message)))
        return
    earlier = take.seen.setdefault(party.pk, row.number)
    if created:
        result.created += 1
    elif earlier != row.number:
        result.existing += 1
        result.duplicates.append((row.number, earlier))
    else:
        result.existing += 1
    if opened is not None:
        result.opened.append(opened)


class _Rows:
    """What rows of one file share: the places and skills they name, looked up once."""

    def __init__(self, actor: Actor, at: datetime) -> None:
        self.actor, self.at = actor, at
        self.seen: dict[object, int] = {}
        self._places: dict[str, Place | None] = {}

    def place(self, name: str) -> Place:
        """Return the place a row means. Raises Problem ``unknown_place`` at ``place``."""
        if name not in self._places:
            self._places[name] = find_place(name) if name else None
        found = self._places[name]
        if found is None:
            raise Problem(
                "unknown_place",
                _("找不到“%(name)s”，请填社区名称或区划代码。") % {"name": name[:40]},
                "place",
            )
        return found

    def capacity(self, cells: Mapping[str, str], default: int, most: int) -> int:
        """Return how many wishes a row's party carries at once."""
        typed = cells.get("capacity", "")
        if not typed:
            return default
        if not typed.isascii() or not typed.isdigit() or not 0 <= int(typed) <= most:
            raise Problem(
                "out_of_range", _("同时认领上限要在 0 到 %(most)d 之间。") % {"most": most}, "capacity"
            )
        return int(typed)


class _Members(_Rows):
    """Takes in people."""

    def __init__(self, actor: Actor, at: datetime) -> None:
        super().__init__(actor, at)
        self._skills = {
            name: skill for skill in Skill.objects.all() for name in (skill.code, skill.name, skill.name_en)
        }
        self._roles = {name: role for role in Role for name in (role.value, str(role.label))}

    def row(self, row: FileRow) -> tuple[Party, bool, OpenedAccount | None]:
        """Register the person of a row, with skills and account. Returns whether they are new."""
        cells = row.cells
        if not cells.get("name"):
            raise Problem("missing", _("请填写姓名。"), "name")
        place, skills, role = self.place(cells.get("place", "")), self._skills_of(cells), self._role_of(cells)
        if not cells.get("phone") and not cells.get("id_number"):
            raise Problem("missing", _("请填电话或身份证号，否则再次导入时认不出是同一个人。"), "phone")
        party, created = add_person(
            actor=self.actor, place=place, name=cells["name"], phone=cells.get("phone", ""),
            id_number=cells.get("id_number", ""), address=cells.get("address", ""), at=self.at,
            capacity=self.capacity(cells, 3, 200),
        )  # fmt: skip
        if skills:
            party.skills.add(*skills)
        return party, created, self._account(row, party, place, role)

    def _skills_of(self, cells: Mapping[str, str]) -> list[Skill]:
        names = re.split("[、，,;；/]", cells.get("skills", ""))
        found = []
        for name in (name.strip() for name in names if name.strip()):
            if name not in self._skills:
                raise Problem("unknown_choice", _("没有“%(name)s”这项特长。") % {"name": name[:40]}, "skills")
            found.append(self._skills[name])
        return found

    def _role_of(self, cells: Mapping[str, str]) -> str:
        typed = cells.get("role", "") or Role.MEMBER.value
        role = self._roles.get(typed)
        if role not in IMPORTED_ROLES:
            raise Problem(
                "unknown_choice", _("岗位只能导入党员、志愿者或网格员；其他岗位请逐个授予。"), "role"
            )
        return role

    def _account(self, row: FileRow, party: Party, place: Place, role: str) -> OpenedAccount | None:
        username = row.cells.get("username", "").strip().lower()
        if not username:
            return None
        there = User.objects.filter(username=username).first()
        opened = None
        if there is None:
            password = handed_out_password()
            there = open_account(
                actor=self.actor, username=username, password=password, party=party,
                display_name=party.public_name, at=self.at, must_change_password=True,
            )  # fmt: skip
            opened = OpenedAccount(row.number, username, password)
        elif there.party_id != party.pk:
            raise Conflict("username_taken", _("这个用户名已经有人用了，请换一个。"))
        grant_role(
            actor=self.actor, user=there, role=role, place=place, on=self.at.astimezone(SHANGHAI).date()
        )
        return opened


class _Organisations(_Rows):
    """Takes in organisations."""

    def __init__(self, actor: Actor, at: datetime) -> None:
        super().__init__(actor, at)
        kinds = OrganisationDetails.Kind
        self._kinds = {name: kind for kind in kinds for name in (kind.value, str(kind.label))}

    def row(self, row: FileRow) -> tuple[Party, bool, OpenedAccount | None]:
        """Register the organisation of a row. Returns whether it is new."""
        cells = row.cells
        place = self.place(cells.get("place", ""))
        typed = cells.get("kind", "") or OrganisationDetails.Kind.PARTNER_UNIT.value
        if typed not in self._kinds:
            labels = "、".join(str(kind.label) for kind in OrganisationDetails.Kind)
            raise Problem("unknown_choice", _("单位类型只能是：%(kinds)s。") % {"kinds": labels}, "kind")
        there = self._known(cells, place)
        if there is not None:
            return there, False, None
        party = register_organisation(
            actor=self.actor, name=cells.get("name", ""), kind=self._kinds[typed], place=place, at=self.at,
            credit_code=cells.get("credit_code", ""), capacity=self.capacity(cells, 20, 1000),
        )  # fmt: skip
        return party, True, None

    def _known(self, cells: Mapping[str, str], place: Place) -> Party | None:
        """Return the organisation already there: by credit code, else by name and place."""
        rows = OrganisationDetails.objects.select_related("party")
        if cells.get("credit_code"):
            found = rows.filter(credit_code=normalise_credit_code(cells["credit_code"])).first()
        else:
            name = " ".join(cells.get("name", "").split())
            found = rows.filter(name=name, party__place_path=place.path).order_by("pk").first()
        return found.party if found else None
