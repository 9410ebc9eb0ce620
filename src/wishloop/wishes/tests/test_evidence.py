"""Evidence on a wish: who adds, who sees, who shows it to the public, and what each reader is sent."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from wishloop.cases.models import CaseEvent, CaseEvidence
from wishloop.core.actor import PUBLIC, SYSTEM, Actor
from wishloop.core.problem import Absent, Conflict, Forbidden, Problem
from wishloop.evidence.models import Medium
from wishloop.evidence.operations import Box, store_medium, sweep_pending
from wishloop.journeys.withdraw_consent import withdraw_consent
from wishloop.parties import operations as parties
from wishloop.parties.models import User
from wishloop.wishes import operations as wishes
from wishloop.wishes.models import Claim
from wishloop.wishes.queries import is_public_photo

SECRET = b"PLANTED-13908911234"
PLACE, ELSEWHERE = "扎细新村社区", "加尔西村"
BOXES = [Box(10, 10, 30, 30)]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    root = tmp_path / "media"
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": str(root)}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}
    return root


def photo(colour: tuple[int, int, int] = (120, 60, 30)) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    out = io.BytesIO()
    Image.effect_noise((900, 600), 90).convert("RGB").save(
        out, "JPEG", exif=exif.tobytes(), comment=SECRET + bytes(colour)
    )
    return out.getvalue()


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(pk=actor.user_id), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def resident_who_agrees(world: Any) -> Any:
    person = world.resident()
    parties.record_consents(actor=SYSTEM, party=person, purposes=["publish_photo"], at=world.at)
    return person


def attached(world: Any, wish: Any, actor: Actor, **facts: Any) -> CaseEvidence:
    medium = store_medium(actor=actor, upload=photo(), filename="a.jpg", at=world.at)
    return wishes.attach_evidence(
        actor=actor, wish_id=wish.pk, medium_id=medium.pk, purpose=facts.pop("purpose", "progress"), at=world.at, **facts
    )  # fmt: skip


def address(medium_id: Any, variant: str) -> str:
    return reverse("evidence:medium", args=[medium_id, variant])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


# Who may add, by role and place: the claimant, and steward and grid worker of the place or above.
GRID = [
    ("steward", PLACE, None), ("steward", "扎细街道", None), ("steward", ELSEWHERE, Absent),
    ("grid_worker", PLACE, None), ("grid_worker", ELSEWHERE, Absent),
    ("member", PLACE, Forbidden), ("volunteer", PLACE, Forbidden), ("member", ELSEWHERE, Absent),
]  # fmt: skip


@pytest.mark.parametrize(("role", "place", "refusal"), GRID)
def test_who_may_add(world: Any, role: str, place: str, refusal: type[Problem] | None) -> None:
    wish, _helper = world.claimed()
    actor = world.actor(role, place)
    if refusal is None:
        shown = attached(world, wish, actor, caption="  送到\n家门口 ")
        assert shown.caption == "送到 家门口"
        event = CaseEvent.objects.filter(case_id=wish.pk).latest("number")
        assert (event.move, event.actor_id) == ("attach_evidence", actor.user_id)
        assert event.data["medium"] == str(shown.medium_id)
        assert Medium.objects.get(pk=shown.medium_id).kept_at == world.at
    else:
        with pytest.raises(refusal):
            attached(world, wish, actor)
        assert not CaseEvidence.objects.exists()


def test_claimant_adds_until_the_claim_ends(world: Any) -> None:
    wish, helper = world.claimed()
    attached(world, wish, helper)
    wishes.withdraw_claim(actor=helper, wish_id=wish.pk, reason="出差", at=world.at)
    with pytest.raises(Forbidden):
        attached(world, wish, helper)


def test_readers_change_nothing(world: Any) -> None:
    wish = world.wish()
    medium = store_medium(actor=PUBLIC, upload=photo(), filename="a.jpg", at=world.at)
    for role in ("supervisor", "leader"):
        with pytest.raises(Forbidden):
            wishes.attach_evidence(
                actor=world.actor(role), wish_id=wish.pk, medium_id=medium.pk, purpose="need", at=world.at
            )


def test_nobody_attaches_what_another_handed_in(world: Any) -> None:
    """Else an id alone would open a photo of another place."""
    wish, other = world.wish(), world.wish(place=world.place(ELSEWHERE))
    theirs = attached(world, other, world.steward(ELSEWHERE))
    with pytest.raises(Absent):
        wishes.attach_evidence(
            actor=world.steward(), wish_id=wish.pk, medium_id=theirs.medium_id, purpose="need", at=world.at
        )


def test_residents_photo_comes_with_the_wish_and_is_kept(world: Any) -> None:
    wish = world.wish()
    medium = store_medium(actor=PUBLIC, upload=photo(), filename="a.jpg", at=world.at)
    wishes.attach_evidence(
        actor=world.resident_actor(wish), wish_id=wish.pk, medium_id=medium.pk, purpose="need", at=world.at
    )
    assert sweep_pending(at=world.later(days=9)) == 0


def test_attaching_twice_is_once_and_bad_facts_are_refused(world: Any) -> None:
    wish, actor = world.wish(), world.steward()
    shown = attached(world, wish, actor)
    facts: dict[str, Any] = {"actor": actor, "wish_id": wish.pk, "medium_id": shown.medium_id, "at": world.at}
    assert wishes.attach_evidence(purpose="need", **facts) == shown
    assert CaseEvent.objects.filter(case_id=wish.pk, move="attach_evidence").count() == 1
    for extra, field in (
        ({"purpose": "joke"}, "purpose"),
        ({"caption": "长" * 201}, "caption"),
        ({"happened_at": world.later(hours=1)}, "happened_at"),
    ):
        with pytest.raises(Problem) as caught:
            attached(world, wish, actor, **extra)
        assert caught.value.field == field


def test_evidence_wakes_a_silent_claim(world: Any) -> None:
    wish, helper = world.claimed()
    before = Claim.objects.get(wish=wish).expires_at
    medium = store_medium(actor=helper, upload=photo(), filename="a.jpg", at=world.later(days=2))
    wishes.attach_evidence(
        actor=helper, wish_id=wish.pk, medium_id=medium.pk, purpose="progress", at=world.later(days=2)
    )
    assert Claim.objects.get(wish=wish).expires_at > before


# What each reader gets of a photo on a claimed wish: 200 or 404, and 404 alike for absent and not yours.
SEEN = [
    ("steward", PLACE, {"small": 200, "thumb": 200, "original": 200}),
    ("supervisor", PLACE, {"small": 200, "thumb": 200, "original": 200}),
    ("grid_worker", PLACE, {"small": 200, "thumb": 200, "original": 404}),
    ("leader", "城关区", {"small": 200, "thumb": 200, "original": 404}),
    ("steward", ELSEWHERE, {"small": 404, "thumb": 404, "original": 404}),
    ("member", PLACE, {"small": 404, "thumb": 404, "original": 404}),
    ("volunteer", PLACE, {"small": 404, "thumb": 404, "original": 404}),
]


@pytest.mark.parametrize(("role", "place", "answers"), SEEN)
def test_who_is_sent_what(world: Any, role: str, place: str, answers: dict[str, int]) -> None:
    wish, helper = world.claimed()
    shown = attached(world, wish, world.steward())
    client = client_of(world.actor(role, place))
    for variant, status in answers.items():
        assert client.get(address(shown.medium_id, variant)).status_code == status
    assert client.get(address(shown.medium_id, "public")).status_code == 404
    assert client.get(address(shown.medium_id, "nonsense")).status_code == 404
    assert client.get(address(uuid4(), "small")).status_code == 404
    claimant = client_of(helper)
    assert claimant.get(address(shown.medium_id, "small")).status_code == 200
    assert claimant.get(address(shown.medium_id, "original")).status_code == 404
    for variant in ("original", "small", "thumb", "public", "public_thumb"):
        assert Client().get(address(shown.medium_id, variant)).status_code == 404, "strangers see nothing"


def test_everything_sent_is_clean_and_safely_labelled(world: Any) -> None:
    wish, helper = world.claimed(reporter=resident_who_agrees(world))
    steward = world.steward()
    shown = attached(world, wish, steward)
    wishes.publish_photo(actor=steward, wish_id=wish.pk, medium_id=shown.medium_id, boxes=BOXES, at=world.at)
    for client, variant, private in (
        (client_of(steward), "small", True), (client_of(helper), "thumb", True), (Client(), "public", False),
        (Client(), "public_thumb", False),
    ):  # fmt: skip
        response = client.get(address(shown.medium_id, variant))
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith("inline;")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert ("no-store" in response["Cache-Control"]) is private
        assert SECRET not in body(response)
    original = client_of(steward).get(address(shown.medium_id, "original"))
    assert original["Content-Disposition"].startswith("attachment;")
    assert SECRET in body(original), "as it was sent"


def test_not_modified_only_for_those_who_may(world: Any) -> None:
    wish = world.wish()
    shown = attached(world, wish, world.steward())
    client, where = client_of(world.steward()), address(shown.medium_id, "small")
    first = client.get(where)
    assert client.get(where, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert Client().get(where, headers={"if-none-match": first["ETag"]}).status_code == 404


def test_parts_of_a_file(world: Any) -> None:
    wish = world.wish()
    shown = attached(world, wish, world.steward())
    client, where = client_of(world.steward()), address(shown.medium_id, "small")
    whole = body(client.get(where))
    size = len(whole)
    for asked, first, last in (
        ("bytes=0-9", 0, 9), ("bytes=10-", 10, size - 1), ("bytes=-7", size - 7, size - 1),
        (f"bytes=5-{size * 2}", 5, size - 1), (f"bytes=-{size * 2}", 0, size - 1),
    ):  # fmt: skip
        part = client.get(where, headers={"range": asked})
        assert part.status_code == 206
        assert part["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert body(part) == whole[first : last + 1]
        assert int(part["Content-Length"]) == last - first + 1
    for asked in (f"bytes={size}-", "bytes=9-3", "bytes=-0"):
        refused = client.get(where, headers={"range": asked})
        assert (refused.status_code, refused["Content-Range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=0-1,5-6", "items=1-2", "bytes=-"):
        assert body(client.get(where, headers={"range": asked})) == whole
    changed = client.get(where, headers={"range": "bytes=0-9", "if-range": '"other"'})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("role", "place", "refusal"),
    [("steward", PLACE, None), ("grid_worker", PLACE, Forbidden), ("leader", "城关区", Forbidden),
     ("steward", ELSEWHERE, Absent), ("member", PLACE, Forbidden)],
)  # fmt: skip
def test_who_may_publish(world: Any, role: str, place: str, refusal: type[Problem] | None) -> None:
    wish, _helper = world.claimed(reporter=resident_who_agrees(world))
    shown = attached(world, wish, world.steward())
    actor = world.actor(role, place)
    facts: dict[str, Any] = {"actor": actor, "wish_id": wish.pk, "medium_id": shown.medium_id, "at": world.at}
    if refusal is None:
        assert wishes.publish_photo(boxes=BOXES, **facts).public
        assert is_public_photo(shown.medium_id)
    else:
        with pytest.raises(refusal):
            wishes.publish_photo(boxes=BOXES, **facts)
        assert not is_public_photo(shown.medium_id)


def test_a_photo_is_public_only_with_consent_and_a_public_wish(world: Any) -> None:
    person = resident_who_agrees(world)
    wish = world.triaged(reporter=person)
    steward = world.steward()
    shown = attached(world, wish, steward)
    publish: dict[str, Any] = {
        "actor": steward,
        "wish_id": wish.pk,
        "medium_id": shown.medium_id,
        "at": world.at,
    }
    wishes.publish_photo(boxes=BOXES, **publish)
    where = address(shown.medium_id, "public")
    assert Client().get(where).status_code == 404, "the wish is not public yet"
    wishes.publish_wish(actor=steward, wish_id=wish.pk, public_text="想要一辆轮椅", at=world.at)
    assert Client().get(where).status_code == 200
    withdraw_consent(actor=steward, party_id=person.pk, purpose="publish_photo", at=world.at)
    assert Client().get(where).status_code == 404
    medium = Medium.objects.get(pk=shown.medium_id)
    assert medium.public_key == ""
    assert not CaseEvidence.objects.get(pk=shown.pk).public
    with pytest.raises(Problem) as caught:
        wishes.publish_photo(boxes=BOXES, **publish)
    assert caught.value.code == "no_photo_consent"


def test_without_consent_nothing_is_published(world: Any) -> None:
    wish = world.published()
    shown = attached(world, wish, world.steward())
    with pytest.raises(Problem) as caught:
        wishes.publish_photo(
            actor=world.steward(), wish_id=wish.pk, medium_id=shown.medium_id, boxes=BOXES, at=world.at
        )
    assert caught.value.code == "no_photo_consent"
    assert not CaseEvent.objects.filter(case_id=wish.pk, move="publish_photo").exists()


def test_a_resident_takes_their_photo_back(world: Any) -> None:
    wish, _helper = world.claimed(reporter=resident_who_agrees(world))
    shown = attached(world, wish, world.steward())
    wishes.publish_photo(
        actor=world.steward(), wish_id=wish.pk, medium_id=shown.medium_id, boxes=BOXES, at=world.at
    )
    wishes.withdraw_photo(
        actor=world.resident_actor(wish), wish_id=wish.pk, medium_id=shown.medium_id, at=world.at
    )
    assert not is_public_photo(shown.medium_id)
    assert CaseEvent.objects.filter(case_id=wish.pk).latest("number").move == "withdraw_photo"


def test_upload_page_answers_each_file(world: Any) -> None:
    wish, _helper = world.claimed()
    client, where = client_of(world.steward()), reverse("evidence:upload", args=[wish.case.code])
    assert client.get(where).status_code == 200
    form = {
        "purpose": "handover", "caption": "交付", "upload_id": str(uuid4()), "taken_at": "2025-09-01T09:30",
        "lat": "29.654300", "lon": "91.117200",
    }  # fmt: skip
    good, bad = photo(), b"MZ" + bytes(100)

    def files() -> list[SimpleUploadedFile]:
        return [SimpleUploadedFile("好.jpg", good), SimpleUploadedFile("坏.jpg", bad)]

    answer = client.post(where, {**form, "file": files()})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "好.jpg</strong>：已保存" in text
    assert "这是一个程序" in text
    assert "交付" in text, "what was typed is still there"
    client.post(where, {**form, "file": files()})
    kept = CaseEvidence.objects.get(case_id=wish.pk)  # the same form sent again adds nothing
    assert (kept.medium.lat, kept.medium.lon) == (29.6543, 91.1172)
    assert kept.happened_at == kept.medium.taken_at == datetime(2025, 9, 1, 1, 30, tzinfo=UTC)
    misplaced = client.post(
        where, {**form, "lat": "99", "file": [SimpleUploadedFile("c.jpg", photo((4, 4, 4)))]}
    )
    assert "纬度应在" in misplaced.content.decode()
    alone = client.post(
        where, {**form, "file": [SimpleUploadedFile("b.jpg", photo((1, 2, 3)))]}, headers={"x-requested-with": "XMLHttpRequest"}
    )  # fmt: skip
    assert (alone.status_code, alone["X-Upload-Result"]) == (200, "1")
    assert client.post(where, form).status_code == 422
    assert client_of(world.actor("member")).get(where).status_code == 404
    assert Client().get(where).status_code == 302


def test_where_a_photo_was_taken_is_for_staff(world: Any) -> None:
    wish, helper = world.claimed()
    medium = store_medium(
        actor=world.steward(), upload=photo(), filename="a.jpg", at=world.at, lat=29.6543, lon=91.1172
    )
    wishes.attach_evidence(
        actor=world.steward(), wish_id=wish.pk, medium_id=medium.pk, purpose="need", at=world.at
    )
    for page in (
        reverse("evidence:upload", args=[wish.case.code]),
        reverse("wishes:case", args=[wish.case.code]),
    ):
        assert "29.6543" in client_of(world.steward()).get(page).content.decode()
        seen = client_of(helper).get(page).content.decode()
        assert f"/media/{medium.pk}/thumb/" in seen
        assert "29.6543" not in seen


def test_blur_page_without_javascript(world: Any) -> None:
    wish, _helper = world.claimed(reporter=resident_who_agrees(world))
    shown = attached(world, wish, world.steward())
    client = client_of(world.steward())
    where = reverse("evidence:blur", args=[wish.case.code, shown.medium_id])
    page = client.get(where).content.decode()
    assert page.count('name="x"') == 4
    numbers = {"x": ["10", ""], "y": ["20", ""], "w": ["30", ""], "h": ["25.5", ""]}
    looked = client.post(where, {**numbers, "action": "preview"})
    assert "data:image/jpeg;base64," in looked.content.decode()
    assert 'value="25.5"' in looked.content.decode()
    assert not is_public_photo(shown.medium_id)
    wrong = client.post(where, {**numbers, "x": ["多少", ""], "action": "publish"})
    assert wrong.status_code == 422
    assert "第 1 处遮盖不在照片内" in wrong.content.decode()
    nothing = client.post(where, {"action": "publish"})
    assert "请遮盖人脸" in nothing.content.decode()
    assert client.post(where, {**numbers, "action": "publish"}).status_code == 302
    assert is_public_photo(shown.medium_id)
    assert Medium.objects.get(pk=shown.medium_id).public_boxes == [[10, 20, 30, 25.5]]
    assert client.post(where, {"action": "withdraw"}).status_code == 302
    assert not is_public_photo(shown.medium_id)
    assert client_of(world.actor("grid_worker")).get(where).status_code == 403


def test_papers_and_videos_have_no_blur_page(world: Any) -> None:
    wish = world.wish()
    paper = store_medium(actor=world.steward(), upload=b"%PDF-1.4\n%%EOF\n", filename="a.pdf", at=world.at)
    wishes.attach_evidence(
        actor=world.steward(), wish_id=wish.pk, medium_id=paper.pk, purpose="need", at=world.at
    )
    where = reverse("evidence:blur", args=[wish.case.code, paper.pk])
    assert client_of(world.steward()).get(where).status_code == 404
    sent = client_of(world.steward()).get(address(paper.pk, "original"))
    assert (sent["Content-Type"], sent["Content-Disposition"][:11]) == ("application/pdf", "attachment;")


def test_api_hands_in_once(world: Any) -> None:
    actor = world.steward()
    client, identifier = client_of(actor), str(uuid4())

    def post(data: bytes, **facts: str) -> Any:
        return client.post(
            "/api/v1/media", {"file": SimpleUploadedFile("a.jpg", data), "id": identifier, **facts}
        )

    data = photo()
    first = post(data, taken_at="2025-09-01T10:00:00+08:00", lat="29.65", lon="91.1")
    assert first.status_code == 201
    assert (first.json()["kind"], first.json()["width_px"], first.json()["small"]) == ("photo", 900, True)
    again = post(data)
    assert (again.status_code, again.json()) == (200, first.json())
    other = post(photo((9, 9, 9)))
    assert (other.status_code, other.json()["code"]) == (409, "other_bytes")
    bad = client.post("/api/v1/media", {"file": SimpleUploadedFile("a.jpg", b"MZ" + bytes(99))})
    assert (bad.status_code, bad["Content-Type"]) == (422, "application/problem+json")
    assert bad.json()["errors"][0]["field"] == "file"
    assert client.post("/api/v1/media", {}).status_code == 422
    assert Client().post("/api/v1/media", {"file": SimpleUploadedFile("a.jpg", data)}).status_code == 401
    assert client.get(f"/api/v1/media/{identifier}").json() == first.json()
    assert client_of(world.actor("grid_worker")).get(f"/api/v1/media/{identifier}").status_code == 404


def test_api_attaches_like_the_page(world: Any) -> None:
    wish, actor = world.wish(), world.steward()
    client = client_of(actor)
    medium = store_medium(actor=actor, upload=photo(), filename="a.jpg", at=world.at)
    where = f"/api/v1/wishes/{wish.case.code}/evidence"
    sent = {"medium": str(medium.pk), "purpose": "need", "caption": "现场"}
    first = client.post(where, sent, content_type="application/json")
    assert first.status_code == 201, first.content
    assert client.post(where, sent, content_type="application/json").status_code == 200
    listed = client.get(where).json()
    assert [entry["medium"] for entry in listed] == [str(medium.pk)]
    stranger = client_of(world.actor("steward", ELSEWHERE))
    assert stranger.get(where).status_code == 404
    assert stranger.post(where, sent, content_type="application/json").status_code == 404


@pytest.mark.parametrize("where", ["/api/v1/media", "/staff/wishes/XY-1/evidence/"])
def test_a_hundred_megabytes_are_turned_away_unread(world: Any, where: str) -> None:
    """Through the whole stack of middleware: answered in words, nothing parsed, nothing written."""

    class Counted(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 1024 * 1024
            size = min(size, 100 * 1024 * 1024 - self.given)
            self.given += size
            return bytes(size)

    client, stream = client_of(world.steward()), Counted()
    response = client.generic(
        "POST", where, b"", content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": stream, "CONTENT_LENGTH": str(100 * 1024 * 1024)},
    )  # fmt: skip
    assert response.status_code == 413
    assert stream.given == 100 * 1024 * 1024, "thrown away, so that a browser sees the answer"
    words = response.json()["title"] if where.startswith("/api/") else response.content.decode()
    assert "文件太大，最多 80 MB" in words


def test_a_video_over_its_limit_gets_413(world: Any) -> None:
    from wishloop.evidence import limits

    with pytest.raises(Problem) as caught:
        store_medium(
            actor=world.steward(),
            upload=photo() + bytes(limits.VIDEO_MAX_BYTES),
            filename="a.mp4",
            at=world.at,
        )
    assert caught.value.status == 413
    assert Conflict("x", "y").status == 409
