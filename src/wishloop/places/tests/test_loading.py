"""The shipped units of Lhasa: two lists made into one tree."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from wishloop.core.geodesy import distance_m, inside
from wishloop.places.models import CalendarDay, Level, Place, PlaceAlias
from wishloop.places.operations import ensure_reference_data, load_divisions, place_approximately
from wishloop.places.operations.loading import county_outlines
from wishloop.places.queries import (
    find_place,
    local_name,
    nearest_community,
    place_by_code,
    places_mentioned,
    search_places,
    unit_in_words,
)

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def lhasa() -> Place:
    ensure_reference_data(at=AT)
    return Place.objects.get(code="5401")


def test_tree_has_no_pseudo_area_and_every_path_follows_its_parent(lhasa: Place) -> None:
    rows = list(Place.objects.select_related("parent"))
    assert not [p for p in rows if p.code.startswith(("540171", "540172", "540173", "540174"))]
    assert all(p.path == f"{p.parent.path if p.parent else ''}{p.code}." for p in rows)
    counts = {
        level: Place.objects.filter(level=level, path__startswith="5401.540102.").count() for level in Level
    }
    assert (counts["subdistrict"], counts["community"]) == (15, 53)
    assert Place.objects.filter(level="district").count() == 8
    assert {"慈觉林街道", "塔玛街道", "八一街道"} <= set(Place.objects.values_list("name", flat=True))


def test_loading_again_adds_nothing_and_leaves_edits(lhasa: Place) -> None:
    Place.objects.filter(code="540102005").update(name="扎细街道（新）")
    PlaceAlias.objects.filter(place__code="540102006", name="公德林").delete()
    assert load_divisions(at=AT) == 0
    assert Place.objects.get(code="540102005").name == "扎细街道（新）"
    assert not PlaceAlias.objects.filter(place__code="540102006", name="公德林").exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("540102", "540102"),
        ("540102002000", "540102002"),
        ("公德林街道", "540102006"),
        ("功德林街道", "540102006"),
        ("功德林", "540102006"),
        ("公德林", "540102006"),
        ("扎细新村社区居委会", "540102005002"),
        ("扎细新村社区", "540102005002"),
        ("扎细新村", "540102005002"),
        (" 加尔西村 ", "540102012203"),
        ("加尔西村村民委员会", "540102012203"),
        ("加尔西", "540102012203"),
        ("恩惠苑居委会", "540102010001"),
        ("５４０１０２", "540102"),
        ("扎细", "540102005001"),
        ("扎细街道办事处", "540102005"),
        # the two lists give these streets each other's codes: the name decides
        ("扎西岗乡", "540127202"),
        ("540127204000", "540127202"),
        ("唐加乡", "540127206"),
        ("强嘎乡", "540121202"),
        ("强嘎镇", "540121202"),
    ],
)
def test_people_find_what_they_mean(lhasa: Place, said: str, code: str) -> None:
    found = find_place(said)
    assert found is not None
    assert found.code == code


def test_no_street_took_another_streets_name(lhasa: Place) -> None:
    tangjia = place_by_code("540127206")
    assert tangjia is not None
    assert tangjia.name == "唐加乡"
    assert not PlaceAlias.objects.filter(place=tangjia, name__startswith="扎雪").exists()
    streets = Place.objects.filter(level="subdistrict").values_list("parent__code", "name")
    assert len(set(streets)) == len(streets)


def test_what_several_units_are_called_is_nobodys(lhasa: Place) -> None:
    assert find_place("不存在的社区") is None
    assert find_place("") is None
    baiding = Place.objects.filter(name="白定村")
    assert len(baiding) == 2
    assert find_place("白定村") is None
    chengguan = Place.objects.get(code="540102")
    found = find_place("白定村", within=chengguan)
    assert found is not None
    assert found.code == "540102010202"


def test_units_a_text_names(lhasa: Place) -> None:
    said = "我住扎细新村社区3栋，楼道灯坏了，公德林街道的同志来看过，祝大家幸福"
    assert [p.code for p in places_mentioned(said)] == ["540102005002", "540102006"]
    assert places_mentioned("没有说在哪里") == []


def test_search_reads_names_aliases_english_and_codes(lhasa: Place) -> None:
    def codes(text: str) -> list[str]:
        return list(search_places(text).values_list("code", flat=True))

    assert "540102006" in codes("公德林")
    assert codes("barkhor") == ["540102002", "540102002004"]
    assert codes("54010201220") == ["540102012201", "540102012202", "540102012203"]
    chengguan = Place.objects.get(code="540102")
    assert search_places("", parent=chengguan).count() == 15
    assert search_places("%").count() == 0


def test_names_in_other_languages_fall_back(lhasa: Place) -> None:
    place = Place(name="某村", name_en="Some Village")
    assert local_name(place, "en") == "Some Village"
    assert local_name(place, "bo") == "某村"
    assert local_name(place, "zh-hans") == "某村"


def test_demo_positions_lie_inside_apart_and_always_the_same(lhasa: Place) -> None:
    chengguan = Place.objects.get(code="540102")
    placed = place_approximately(district=chengguan, centre=(29.654, 91.125))
    rows = list(Place.objects.filter(path__startswith=chengguan.path).order_by("path"))
    assert placed == len(rows) == 69
    outline = next(
        f["geometry"] for f in county_outlines()["features"] if f["properties"]["code"] == "540102"
    )
    communities = [p for p in rows if p.level == "community"]
    assert all(inside(outline, p.lat or 0, p.lon or 0) for p in rows)
    assert all(p.position_quality == "approximate" for p in rows)
    gaps = [
        distance_m(a.lat or 0, a.lon or 0, b.lat or 0, b.lon or 0)
        for n, a in enumerate(communities)
        for b in communities[n + 1 :]
    ]
    assert min(gaps) >= 200
    before = [(p.code, p.lat, p.lon) for p in rows]
    Place.objects.filter(path__startswith=chengguan.path).update(lat=None, lon=None)
    place_approximately(district=chengguan, centre=(29.654, 91.125))
    assert before == [
        (p.code, p.lat, p.lon) for p in Place.objects.filter(path__startswith=chengguan.path).order_by("path")
    ]
    assert place_approximately(district=chengguan, centre=(29.654, 91.125)) == 0
    first = communities[0]
    assert nearest_community(first.lat or 0, first.lon or 0) == first


def test_announced_closures_are_loaded_and_unverified_ones_are_not(lhasa: Place) -> None:
    days = {d.on: d.kind for d in CalendarDay.objects.all()}
    assert days[date(2026, 2, 15)] == days[date(2026, 2, 26)] == "off"
    assert days[date(2026, 2, 14)] == days[date(2026, 2, 28)] == "work"
    assert date(2026, 3, 28) not in days


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("扎细新村3栋2单元", ("540102005002", "3栋2单元")),
        ("城关区扎细街道扎细新村社区", ("540102005002", "")),
        ("扎细街道向阳社区", ("540102005", "向阳社区")),
        ("公德林街道办事处旁边", ("540102006", "办事处旁边")),
        ("扎细新村社区和阿坝林卡社区之间", None),
        ("幸福路口", None),
        ("", None),
    ],
)
def test_units_in_free_words(lhasa: Place, said: str, expected: tuple[str, str] | None) -> None:
    found = unit_in_words(said, within=Place.objects.get(code="540102"))
    assert (found and (found[0].code, found[1])) == expected


def test_an_outline_that_holds_the_position_beats_a_nearer_middle(lhasa: Place) -> None:
    wide, near = Place.objects.get(code="540102005001"), Place.objects.get(code="540102005002")
    ring = [[91.10, 29.60], [91.20, 29.60], [91.20, 29.70], [91.10, 29.70], [91.10, 29.60]]
    Place.objects.filter(pk=wide.pk).update(
        lat=29.61, lon=91.11, outline={"type": "Polygon", "coordinates": [ring]}
    )
    Place.objects.filter(pk=near.pk).update(lat=29.69, lon=91.19)
    assert nearest_community(29.689, 91.189) == wide
    assert nearest_community(29.72, 91.19) == near
    assert nearest_community(29.72, 91.19, within_path="5401.540127.") is None
