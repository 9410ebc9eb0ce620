"""Registering, editing, revealing and forgetting people."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st
from tests.world import MORNING

from wishloop.core.actor import PUBLIC, SYSTEM
from wishloop.core.encryption import (
    CannotDecrypt,
    blind_index,
    decrypt_field,
    encrypt_field,
    new_person_key,
    rewrap_person_key,
    unwrap_person_key,
)
from wishloop.core.identifiers import new_id
from wishloop.core.names import mask_name
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.parties import operations as parties
from wishloop.parties.models import Party, PersonalDataView, PersonDetails, PersonKey, User
from wishloop.parties.queries import find_by_phone

NAME, PHONE, IDENTITY = "格桑央金", "139 8901 2345", "11010519491231002X"


def _everything_stored() -> str:
    """Return every byte of the tables of this module as hexadecimal and text, as a stolen dump would hold it."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where tablename like 'parties_%%'")
        tables = [row[0] for row in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'select t::text from "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def test_what_identifies_a_person_is_nowhere_in_the_clear(world: Any) -> None:
    parties.register_person(
        name=NAME, phone=PHONE, id_number=IDENTITY, address="八廓北路 12 号 3 单元", health="肝癌晚期",
        place=world.place(), at=world.at,
    )  # fmt: skip
    dump = _everything_stored()
    for secret in (NAME, "13989012345", IDENTITY, "八廓北路", "肝癌"):
        assert secret not in dump
        assert secret.encode().hex() not in dump
    assert "格***" in dump


def test_the_same_phone_and_name_is_the_same_person(world: Any) -> None:
    first = parties.register_person(name=NAME, phone="13989012345", at=world.at)
    again = parties.register_person(
        name=f" {NAME} ", phone="+86 139-8901-2345", address="纳金路", at=world.at
    )
    other = parties.register_person(name="格桑多吉", phone="13989012345", at=world.at)
    assert again.pk == first.pk
    assert other.pk != first.pk  # one telephone, two people of a household
    assert parties.register_person(name="", phone="13989012345", at=world.at).pk in {first.pk, other.pk}
    steward = world.steward()
    Party.objects.filter(pk=first.pk).update(place_path=world.place().path)
    assert (
        parties.reveal_field(actor=steward, party_id=first.pk, field="address", reason="上门", at=world.at)
        == "纳金路"
    )


def test_what_a_known_person_told_is_not_replaced_by_a_stranger(world: Any) -> None:
    first = parties.register_person(
        name=NAME, phone=PHONE, address="纳金路", place=world.place(), at=world.at
    )
    parties.register_person(name=NAME, phone=PHONE, address="别处", at=world.at)
    shown = parties.reveal_field(
        actor=world.steward(), party_id=first.pk, field="address", reason="上门", at=world.at
    )
    assert shown == "纳金路"


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"name": "", "phone": ""}, "missing", "name"),
        ({"name": "长" * 61}, "too_long", "name"),
        ({"name": NAME, "phone": "12345"}, "bad_phone", "phone"),
        ({"name": NAME, "phone": "139890123456789"}, "bad_phone", "phone"),
        ({"name": NAME, "id_number": "110105194912310021"}, "bad_id_number", "id_number"),
        ({"name": NAME, "address": "长" * 201}, "too_long", "address"),
    ],
)
def test_impossible_facts_are_refused_at_their_field(world: Any, facts: Any, code: str, field: str) -> None:
    before = Party.objects.count()
    with pytest.raises(Problem) as caught:
        parties.register_person(at=world.at, **facts)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert Party.objects.count() == before


@pytest.mark.parametrize(
    "typed", ["0891-6323456", "6323456", "(0891) 632 3456", "１３９８９０１２３４５", "+8613989012345"]
)
def test_numbers_as_people_type_them(world: Any, typed: str) -> None:
    person = parties.register_person(name=NAME, phone=typed, at=world.at)
    assert [row.pk for row in find_by_phone(typed)] == [person.pk]


def test_registering_takes_one_statement(world: Any, django_assert_num_queries: Any) -> None:
    place = world.place()
    with django_assert_num_queries(1):
        parties.register_person(name=NAME, phone=PHONE, address="纳金路", place=place, at=world.at)
    with django_assert_num_queries(2):
        parties.register_person(name=NAME, phone=PHONE, address="纳金路", place=place, at=world.at)


@pytest.mark.django_db(transaction=True)
def test_one_person_registered_by_many_at_once_is_one_person(make_world: Any) -> None:
    make_world()
    start, found, errors = threading.Barrier(12), [], []

    def register() -> None:
        try:
            start.wait()
            found.append(parties.register_person(name=NAME, phone=PHONE, at=MORNING).pk)
        except Exception as error:
            errors.append(error)
            raise
        finally:
            connections.close_all()

    threads = [threading.Thread(target=register) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(found) == 12
    assert len(set(found)) == 1
    assert PersonDetails.objects.filter(phone_digest=blind_index("phone", "+8613989012345")).count() == 1
    assert Party.objects.filter(public_name="格***").count() == PersonKey.objects.count() == 1


def test_sealing_one_person_is_fast(world: Any) -> None:
    key, _wrapped = new_person_key(new_id())
    party_id, began = new_id(), time.perf_counter()
    for _ in range(1000):
        encrypt_field(key, party_id=party_id, field="name", plain=NAME)
    assert (time.perf_counter() - began) / 1000 < 0.001  # seconds; about 3 microseconds on a desk machine


def test_looking_is_written_down(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE, address="纳金路")
    steward, case = world.steward(), new_id()
    shown = parties.reveal_field(
        actor=steward, party_id=person.pk, field="phone", reason="约上门时间", case_id=case, at=world.at
    )
    assert shown == "+8613989012345"
    row = PersonalDataView.objects.get(party=person)
    assert (row.viewer_id, row.field, row.reason, row.case_id, row.seen_at) == (
        steward.user_id, "phone", "约上门时间", case, world.at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "place", "sees"),
    [
        ("steward", "扎细新村社区", True), ("steward", "扎细街道", True), ("grid_worker", "扎细新村社区", True),
        ("administrator", "城关区", True), ("supervisor", "扎细街道", True), ("leader", "城关区", False),
        ("member", "扎细新村社区", False), ("volunteer", "扎细新村社区", False), ("partner", "扎细新村社区", False),
        ("steward", "娘热街道", False), ("administrator", "娘热街道", False),
    ],
)  # fmt: skip
def test_who_may_look(world: Any, role: str, place: str, sees: bool) -> None:
    person = world.resident(name=NAME)
    actor = world.actor(role, place)

    def look() -> str:
        return parties.reveal_field(actor=actor, party_id=person.pk, field="name", reason="核对", at=world.at)

    if sees:
        assert look() == NAME
        assert PersonalDataView.objects.filter(party=person).count() == 1
    else:
        with pytest.raises(Absent):
            look()
        assert not PersonalDataView.objects.filter(party=person).exists()


def test_a_look_needs_a_reason_and_a_known_field(world: Any) -> None:
    person = world.resident()
    with pytest.raises(Problem) as caught:
        parties.reveal_field(
            actor=world.steward(), party_id=person.pk, field="name", reason="  ", at=world.at
        )
    assert (caught.value.code, caught.value.field) == ("missing", "reason")
    with pytest.raises(Problem, match="unknown_choice"):
        parties.reveal_field(
            actor=world.steward(), party_id=person.pk, field="party_id", reason="核对", at=world.at
        )
    with pytest.raises(Absent):
        parties.reveal_field(actor=PUBLIC, party_id=person.pk, field="name", reason="核对", at=world.at)


def test_editing_seals_again_and_masks_again(world: Any) -> None:
    person = world.resident(name="张伟", phone="13900001111")
    steward = world.steward()
    parties.edit_person(
        actor=steward, party_id=person.pk, name="欧阳娜娜", phone="13900002222", address="", at=world.at
    )
    assert Party.objects.get(pk=person.pk).public_name == "欧阳**"
    assert find_by_phone("13900001111") == []
    assert [row.pk for row in find_by_phone("13900002222")] == [person.pk]
    minor = parties.edit_person(actor=steward, party_id=person.pk, is_minor=True, at=world.at)
    assert minor.public_name == "一名未成年居民"
    grown = parties.edit_person(actor=steward, party_id=person.pk, is_minor=False, at=world.at)
    assert grown.public_name == "欧阳**"
    named = parties.edit_person(actor=steward, party_id=person.pk, nickname="热心人", at=world.at)
    kept = parties.edit_person(actor=steward, party_id=person.pk, capacity=5, at=world.at)
    assert (named.public_name, kept.public_name, kept.capacity) == ("热心人", "热心人", 5)


def test_editing_stays_in_the_subtree(world: Any) -> None:
    person = world.resident()
    with pytest.raises(Absent):
        parties.edit_person(
            actor=world.actor("steward", "娘热街道"), party_id=person.pk, name="李明", at=world.at
        )
    for role in ("supervisor", "leader"):
        with pytest.raises(Forbidden):
            parties.edit_person(actor=world.actor(role), party_id=person.pk, name="李明", at=world.at)
    with pytest.raises(Forbidden):
        parties.edit_person(
            actor=world.steward(), party_id=person.pk, place=world.place("娘热街道"), at=world.at
        )


def test_two_people_never_become_one_by_editing(world: Any) -> None:
    world.resident(name="张伟", phone="13900001111")
    other = world.resident(name="李明", phone="13900002222")
    with pytest.raises(Conflict, match="already_there"):
        parties.edit_person(
            actor=world.steward(), party_id=other.pk, name="张伟", phone="13900001111", at=world.at
        )


def test_forgetting_makes_every_copy_unreadable(world: Any) -> None:
    person = world.resident(name=NAME, phone=PHONE)
    copy = PersonDetails.objects.get(party=person)  # as a backup of the fields would hold it
    key = PersonKey.objects.get(party=person).wrapped
    with pytest.raises(Forbidden):
        parties.forget_person(actor=world.steward(), party_id=person.pk, at=world.at)
    gone = parties.forget_person(actor=world.actor("administrator"), party_id=person.pk, at=world.at)
    assert (gone.public_name, gone.active, gone.forgotten_at) == ("已删除", False, world.at)
    assert not PersonKey.objects.filter(party=person).exists()
    assert find_by_phone(PHONE) == []
    assert not parties.phone_ends_with(party_id=person.pk, digits="2345")
    with pytest.raises(Absent):
        parties.reveal_field(
            actor=world.steward(), party_id=person.pk, field="name", reason="核对", at=world.at
        )
    with pytest.raises(CannotDecrypt):
        decrypt_field(b"\0" * 32, party_id=person.pk, field="name", sealed=copy.name)
    assert NAME.encode() not in bytes(copy.name) + bytes(key)
    # The same person may come again, as somebody new.
    assert parties.register_person(name=NAME, phone=PHONE, at=world.at).pk != person.pk


def test_forgetting_closes_the_account(world: Any) -> None:
    user = world.user("volunteer", name=NAME)
    parties.forget_person(actor=world.actor("administrator"), party_id=user.party_id, at=world.at)
    after = User.objects.get(pk=user.pk)
    assert (after.is_active, after.display_name) == (False, "已删除")
    with pytest.raises(Conflict, match="already_forgotten"):
        parties.forget_person(actor=world.actor("administrator"), party_id=user.party_id, at=world.at)


def test_nothing_personal_in_what_gets_printed(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    person = world.resident(name=NAME, phone=PHONE, id_number=IDENTITY)
    details = PersonDetails.objects.select_related("party__person_key").get(party=person)
    from wishloop.parties.operations.people import _checked

    known = _checked(NAME, PHONE, IDENTITY, "", "")
    printed = " ".join(
        [repr(person), str(person), repr(details), str(details), repr(known), str(known), caplog.text]
    )
    with pytest.raises(Problem) as caught:
        parties.register_person(name=NAME, phone="13989012345678", at=world.at)
    printed += f"{caught.value!r} {caught.value}"
    for secret in (NAME, "13989012345", "139 8901", IDENTITY):
        assert secret not in printed


def test_rotation_wraps_every_key_anew(world: Any, settings: Any) -> None:
    people = [world.resident(name=NAME, phone=f"1398901{n:04d}") for n in range(5)]
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [b"n" * 32, *old]
    seen: list[tuple[int, int]] = []
    total = PersonKey.objects.count()
    assert parties.rewrap_person_keys(progress=lambda done, of: seen.append((done, of))) == total
    assert seen[-1] == (total, total)
    settings.FIELD_KEYS = [b"n" * 32]
    for person in people:
        assert (
            parties.reveal_field(
                actor=world.steward(), party_id=person.pk, field="name", reason="核对", at=world.at
            )
            == NAME
        )
    settings.FIELD_KEYS = old
    with pytest.raises(CannotDecrypt):
        parties.rewrap_person_keys()


@given(st.text(min_size=1, max_size=200), st.sampled_from(["name", "phone", "address"]))
def test_a_field_opens_only_where_it_belongs(plain: str, field: str) -> None:
    owner, stranger = new_id(), new_id()
    key, wrapped = new_person_key(owner)
    sealed = encrypt_field(key, party_id=owner, field=field, plain=plain)
    assert decrypt_field(key, party_id=owner, field=field, sealed=sealed) == plain
    assert unwrap_person_key(owner, rewrap_person_key(owner, wrapped)) == key
    assert encrypt_field(key, party_id=owner, field=field, plain=plain) != sealed
    for party_id, name, body in (
        (stranger, field, sealed),
        (owner, "health", sealed),
        (owner, field, sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(CannotDecrypt):
            decrypt_field(key, party_id=party_id, field=name, sealed=body)
    with pytest.raises(CannotDecrypt):
        unwrap_person_key(stranger, wrapped)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=8))
def test_a_masked_name_shows_its_surname_at_most(name: str) -> None:
    masked = mask_name(name)
    shown = masked.rstrip("*")
    assert name.startswith(shown)
    assert 1 <= len(shown) <= 2
    assert len(shown) < len(name)
    assert set(masked[len(shown) :]) == {"*"}
    assert mask_name(name, is_minor=True) == "一名未成年居民"


def test_records_are_masked_in_chinese_whoever_types(world: Any) -> None:
    from django.utils import translation

    with translation.override("en"):
        child = parties.register_person(name="小明", is_minor=True, at=world.at)
    assert child.public_name == "一名未成年居民"


def test_skills_are_set_by_stewards_and_by_oneself(world: Any) -> None:
    helper = world.actor("volunteer")
    parties.set_skills(actor=helper, party_id=helper.party_id, skills=["electrical"])
    assert [s.code for s in Party.objects.get(pk=helper.party_id).skills.all()] == ["electrical"]
    parties.set_skills(actor=world.steward(), party_id=helper.party_id, skills=[])
    assert not Party.objects.get(pk=helper.party_id).skills.exists()
    with pytest.raises(Problem, match="unknown_choice"):
        parties.set_skills(actor=SYSTEM, party_id=helper.party_id, skills=["flying"])
    with pytest.raises(Absent):
        parties.set_skills(actor=world.actor("volunteer"), party_id=helper.party_id, skills=[])
