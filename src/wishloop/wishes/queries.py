"""Every read of wishes that others use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Count, Q, QuerySet

from wishloop.cases.queries import cases_showing, events_of, evidence_of, may_see, visible_cases
from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI
from wishloop.core.paging import Page, keyset_page
from wishloop.core.problem import Absent
from wishloop.parties.queries import has_consent, parties_sharing_phone
from wishloop.wishes.models import Category, Claim, Wish
from wishloop.wishes.permissions import may_see_wish, parties_of, relations
from wishloop.wishes.states import HELPER_ROLES, KIND, PUBLIC_STATES, TABLE

if TYPE_CHECKING:
    from wishloop.cases.models import Case, CaseEvent, CaseEvidence

DUPLICATE_WITHIN = timedelta(days=120)
DUPLICATE_LIKENESS = 0.12


def has_categories() -> bool:
    """Tell whether the reference data has been loaded."""
    return Category.objects.exists()


def categories(*, only_active: bool = True) -> QuerySet[Category]:
    """Return the categories in their order."""
    rows = Category.objects.order_by("order", "code")
    return rows.filter(active=True) if only_active else rows


@dataclass(frozen=True, slots=True)
class Seen:
    """A wish as one actor sees it: its rows, the active claim, what the actor is to it and which moves they may try."""

    wish: Wish
    case: Case
    claim: Claim | None
    relations: frozenset[str]
    moves: tuple[str, ...]


def wish_seen_by(actor: Actor, *, wish_id: UUID | None = None, code: str | None = None) -> Seen:
    """Return one wish with everything its page needs.

    Raises:
        Absent: no such wish, or not for this actor.
    """
    rows = Wish.objects.select_related(
        "case", "case__place", "case__responsible", "case__responsible_unit", "category", "reporter", "beneficiary",
        "team", "merged_into__case",
    )  # fmt: skip
    wish = rows.filter(Q(pk=wish_id) if wish_id else Q(case__code=code)).first()
    if wish is None:
        raise Absent()
    claim = (
        Claim.objects.filter(wish=wish, state=Claim.State.ACTIVE)
        .select_related("claimant", "claimed_by")
        .first()
    )
    held = relations(actor, wish, claim)
    if not may_see_wish(actor, wish, held):
        raise Absent()
    moves = tuple(m.name for m in TABLE.moves_from(wish.case.state) if held & m.who)
    return Seen(wish=wish, case=wish.case, claim=claim, relations=held, moves=moves)


def history_of(case: Case) -> QuerySet[CaseEvent]:
    """Return a case's history, oldest first."""
    return events_of(case.pk)


def evidence_on_wish(*, actor: Actor, wish_id: UUID, medium_id: UUID) -> CaseEvidence:
    """Return one medium of a wish for staff who see the wish and those who carry it. Raises Absent."""
    seen = wish_seen_by(actor, wish_id=wish_id)
    shown = evidence_of(wish_id).filter(medium_id=medium_id).first()
    if shown is None or not _sees_evidence(actor, seen.wish, seen.relations):
        raise Absent()
    return shown


def _sees_evidence(actor: Actor, wish: Wish, held: frozenset[str]) -> bool:
    """Photos as taken are for staff of the place, those who carry the wish and its resident; helpers who only could, do not."""
    return may_see(actor, wish.case) or bool(held & {"claimant", "team", "resident"})


def sees_evidence(actor: Actor, seen: Seen) -> bool:
    """Tell whether the actor sees the uncovered photos, videos and papers of a wish."""
    return _sees_evidence(actor, seen.wish, seen.relations)


def may_see_medium(actor: Actor, medium_id: UUID, *, original: bool = False) -> bool:
    """Tell whether the actor sees a medium because of a wish it is shown with. The file as it was sent, with all the camera
    wrote into it, is for stewards, supervisors and administrators of the place."""
    wishes = Wish.objects.filter(case__in=cases_showing(medium_id)).select_related("case")
    for wish in wishes:
        if original:
            keepers = ("steward", "supervisor", "administrator")
            if actor.may(wish.case.place_path, *keepers) or actor.may(wish.case.responsible_path, *keepers):
                return True
            continue
        claim = Claim.objects.filter(wish=wish, state=Claim.State.ACTIVE).first()
        if _sees_evidence(actor, wish, relations(actor, wish, claim)):
            return True
    return False


def is_public_photo(medium_id: UUID) -> bool:
    """Tell whether anybody may see the covered copy of a photo: released, its wish public, consent standing at this moment."""
    wishes = Wish.objects.filter(
        case__in=cases_showing(medium_id, only_public=True), published_at__isnull=False
    )
    return any(photo_consent(wish) for wish in wishes)


def photo_consent(wish: Wish) -> bool:
    """Tell whether the person a wish is for has agreed to publication of photos, and has not taken it back."""
    person = wish.beneficiary_id or wish.reporter_id
    return person is not None and has_consent(party_id=person, purpose="publish_photo", case_id=wish.pk)


def staff_wishes(actor: Actor) -> QuerySet[Wish]:
    """Return the wishes of the actor's subtree with what their lists show, in one query."""
    visible = visible_cases(actor, kind=KIND)
    return Wish.objects.filter(case__in=visible).select_related(
        "case", "case__place", "case__responsible", "category", "reporter"
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another wish that may be the same need, how alike the words are (0 to 1), and why it was found."""

    wish: Wish
    score: float
    reasons: tuple[str, ...]


def possible_duplicates(wish: Wish, *, limit: int = 5) -> list[Likeness]:
    """Return wishes of the same place or person that say nearly the same, the likest first (F8: one precise list).

    Looked for in the same community or from the same phone, told within 120 days; merged, declined and withdrawn ones are out.
    A person decides (field notes: suggest, never merge by itself).
    """
    case = wish.case
    told = case.happened_at
    same_people = set(parties_sharing_phone(wish.reporter_id)) if wish.reporter_id else set()
    near = Q(case__place_path=case.place_path)
    if same_people:
        near |= Q(reporter__in=same_people)
    rows = (
        Wish.objects.filter(near, case__happened_at__range=(told - DUPLICATE_WITHIN, told + DUPLICATE_WITHIN))
        .exclude(pk=wish.pk)
        .exclude(case__state__in=["merged", "declined", "withdrawn"])
        .select_related("case", "case__place", "category")
        .annotate(likeness=TrigramSimilarity("text", wish.text))
        .order_by("-likeness")[:50]
    )
    found = []
    for other in rows:
        reasons = []
        score = float(other.likeness)
        if score >= DUPLICATE_LIKENESS:
            reasons.append("text")
        if other.reporter_id in same_people:
            reasons.append("phone")
            score += 0.25
        if other.category_id and other.category_id == wish.category_id:
            reasons.append("category")
            score += 0.1
        if "text" in reasons or "phone" in reasons:
            found.append(Likeness(other, min(1.0, score), tuple(reasons)))
    return sorted(found, key=lambda item: -item.score)[:limit]


def wishes_near(actor: Actor) -> QuerySet[Wish]:
    """Return the published wishes a helper may claim, within the places of their role."""
    within = Q(pk__in=[])
    for scope in actor.scopes(*HELPER_ROLES):
        within |= Q(case__place_path__startswith=scope)
    return (
        Wish.objects.filter(within, case__state="published", published_at__isnull=False)
        .select_related("case", "case__place", "category")
        .order_by("-published_at", "-case_id")
    )


def claims_of(actor: Actor, *, states: Iterable[str] | None = None) -> QuerySet[Claim]:
    """Return the claims of the actor and of the organisation they speak for, newest first."""
    rows = Claim.objects.filter(claimant__in=list(parties_of(actor))).select_related(
        "wish", "wish__case", "wish__case__place", "wish__category", "claimant"
    )
    if states is not None:
        rows = rows.filter(state__in=list(states))
    return rows.order_by("-claimed_at", "-id")


def grants_by_helper(place_path: str, *, limit: int = 30) -> list[dict[str, Any]]:
    """Return helpers by how many wishes they *granted* (claims can be withdrawn), most first: party name, kind, count."""
    rows = (
        Claim.objects.filter(
            state=Claim.State.FULFILLED,
            wish__granted_at__isnull=False,
            wish__case__place_path__startswith=place_path,
        )
        .values("claimant__public_name", "claimant__kind")
        .annotate(granted=Count("id"))
        .order_by("-granted", "claimant__public_name")[:limit]
    )
    return [dict(row) for row in rows]


def page_of(rows: QuerySet[Wish], *, order: list[str], cursor: str | None, page_size: int = 30) -> Page[Wish]:
    """Return one keyset page of wishes."""
    return keyset_page(rows, order=order, cursor=cursor, page_size=page_size)


def registered_wish(*, wish_id: UUID, source_key: str | None = None) -> Wish | None:
    """Return the wish already registered under an id, or from the same row of a file, with its case; None when new.

    One query. The id wins where the two name different wishes.
    """
    same = Q(pk=wish_id) if source_key is None else Q(pk=wish_id) | Q(source_key=source_key)
    found = list(Wish.objects.filter(same).select_related("case")[:2])
    return next((wish for wish in found if wish.pk == wish_id), found[0] if found else None)


def known_rows(*, keys: Iterable[str], ids: Iterable[UUID]) -> set[str]:
    """Return which of these source keys and ids (as text) belong to wishes already registered. One query."""
    rows = Wish.objects.filter(Q(source_key__in=list(keys)) | Q(pk__in=list(ids))).values_list(
        "source_key", "pk"
    )
    return {text for key, pk in rows for text in (key, str(pk)) if text}


def public_wishes() -> QuerySet[Wish]:
    """Return the wishes the public may see now: published, and in a state that may be shown."""
    return Wish.objects.filter(published_at__isnull=False, case__state__in=PUBLIC_STATES)


def published_wish(code: str) -> Wish | None:
    """Return a published wish by its code, or one that was folded into another after it was published."""
    rows = Wish.objects.filter(
        published_at__isnull=False, case__state__in=PUBLIC_STATES | {"merged"}, case__code=code
    )
    return rows.select_related("case", "case__place", "category", "merged_into__case").first()


def claimant_names(wish_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return who carries or carried out each wish, by the name the public may read."""
    claims = Claim.objects.filter(
        wish__in=list(wish_ids), state__in=[Claim.State.ACTIVE, Claim.State.FULFILLED]
    )
    return {claim.wish_id: claim.claimant.public_name for claim in claims.select_related("claimant")}


def shown_wishes_of(*, party_id: UUID) -> QuerySet[Wish]:
    """Return the wishes with a public page that rest on this person's consent: theirs to benefit from, else told by them."""
    rows = Wish.objects.filter(published_at__isnull=False).select_related("case")
    return rows.filter(
        Q(beneficiary_id=party_id) | Q(beneficiary_id__isnull=True, reporter_id=party_id)
    ).order_by("pk")


def wishes_for(*, party_id: UUID) -> QuerySet[Wish]:
    """Return the wishes whose publication rests on this person's consent, public or not: theirs, else told by them."""
    return Wish.objects.filter(
        Q(beneficiary_id=party_id) | Q(beneficiary_id__isnull=True, reporter_id=party_id)
    ).order_by("pk")


def wish_by_code(code: str) -> Wish | None:
    """Return the wish with a tracking code, with its case; for doors that prove afterwards who asks."""
    return Wish.objects.filter(case__code=code).select_related("case").first()


def count_from_source(prefix: str) -> int:
    """Return how many wishes came from one source, by the beginning of their source key."""
    return Wish.objects.filter(source_key__startswith=prefix).count()


def wishes_entered_by(*, user_id: UUID, since: datetime) -> QuerySet[Wish]:
    """Return the wishes an account has taken down since a moment, newest first."""
    rows = Wish.objects.filter(
        case__events__number=1, case__events__actor_id=user_id, case__events__recorded_at__gte=since
    )
    return rows.select_related("case", "case__place", "category").order_by("-case__recorded_at", "-case_id")


def open_wishes_of(*, party_ids: Iterable[UUID]) -> QuerySet[Wish]:
    """Return the wishes of these people that are not over yet, newest first."""
    people = list(party_ids)
    rows = Wish.objects.filter(
        Q(reporter__in=people) | Q(beneficiary__in=people), case__closed_at__isnull=True
    )
    return rows.select_related("case", "case__place", "category").order_by("-case__recorded_at", "-case_id")


def first_told_on() -> date | None:
    """Return the day the first wish was told (Asia/Shanghai), None when there is none yet."""
    first = (
        Wish.objects.filter(case__kind=KIND)
        .order_by("case__happened_at")
        .values_list("case__happened_at", flat=True)
        .first()
    )
    return first.astimezone(SHANGHAI).date() if first else None


def claim_counts_of(*, party_id: UUID) -> dict[str, int]:
    """Return how many claims a person or organisation has made, by state of the claim; states without any are 0."""
    found = dict(
        Claim.objects.filter(claimant_id=party_id).values_list("state").annotate(n=Count("pk")).order_by()
    )
    return {state: found.get(state, 0) for state in Claim.State.values}


def claims_by(actor: Actor, *, party_id: UUID) -> QuerySet[Claim]:
    """Return the claims of a person or organisation on wishes the actor sees in full, unordered; page by ``-claimed_at``, ``-id``."""
    visible = visible_cases(actor, kind=KIND)
    return Claim.objects.filter(claimant_id=party_id, wish__case__in=visible).select_related(
        "wish__case__place", "wish__category"
    )


def wishes_of_person(actor: Actor, *, party_id: UUID) -> QuerySet[Wish]:
    """Return the wishes a person told or benefits from, of those the actor sees in full, unordered; page by ``-pk``."""
    return staff_wishes(actor).filter(Q(reporter_id=party_id) | Q(beneficiary_id=party_id))
