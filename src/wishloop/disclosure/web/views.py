"""Public pages. Each view reads through ``disclosure.queries`` or the figures and renders."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from wishloop.core.clock import SHANGHAI, now
from wishloop.core.problem import Problem
from wishloop.disclosure import queries
from wishloop.places.queries import choices_below, place_by_code
from wishloop.wishes.figures import Report, report
from wishloop.wishes.queries import categories, first_told_on, grants_by_helper
from wishloop.wishes.states import PUBLIC_STATES, TABLE

if TYPE_CHECKING:
    from wishloop.places.models import Place

    _Feed = Feed[queries.PublicWish, None]
else:
    _Feed = Feed

HOME_DISTRICT = "540102"
FILTERS = ("place", "state", "category", "tier", "q")


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in FILTERS if request.GET.get(name, "").strip()}


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


def _report_so_far(place: Place | None) -> Report:
    """Return the figures from the beginning to today, kept for a minute: the front page is opened by everybody."""
    path = place.path if place else ""
    last = _today()
    key = f"report-so-far:{path}:{last}"
    kept: Report | None = cache.get(key)
    if kept is None:
        kept = report(place_path=path, first=first_told_on() or last, last=last, breakdowns=False)
        cache.set(key, kept, 60)
    return kept


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The front page: what this is, honest figures, what was granted last."""
    district = place_by_code(HOME_DISTRICT)
    context = {
        "report": _report_so_far(district),
        "granted": queries.newest_granted(limit=6),
        "waiting": queries.wish_page({"state": "published"}, page_size=4).rows,
        "district": district,
    }
    return render(request, "disclosure/home.html", context)


def _filter_context(filters: dict[str, str]) -> dict[str, Any]:
    district = place_by_code(HOME_DISTRICT)
    chosen = place_by_code(filters["place"]) if filters.get("place") else None
    return {
        "filters": filters,
        "chosen_place": chosen,
        "place_groups": choices_below(district.path) if district else [],
        "categories": [c for c in categories() if c.is_wish],
        "states": [s for s in TABLE.states if s.code in PUBLIC_STATES and s.code != "triaged"],
    }


@require_GET
def wish_list(request: HttpRequest) -> HttpResponse:
    """The list with search and filters; a filter that cannot be is said beside the form, and the rest still works."""
    filters = _filters(request)
    problem: Problem | None = None
    try:
        page = queries.wish_page(filters, cursor=request.GET.get("cursor"), page_size=20)
        count, more = queries.count_up_to(filters)
    except Problem as refused:
        problem, page, count, more = refused, queries.PublicPage([], None, None), 0, False
    context = {**_filter_context(filters), "page": page, "count": count, "more": more, "problem": problem}
    return render(request, "disclosure/list.html", context, status=problem.status if problem else 200)


@require_GET
def wish_map(request: HttpRequest) -> HttpResponse:
    """The wish map, with the same filters and the list beside it for those who do not use maps."""
    filters = _filters(request)
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        **_filter_context(filters), "map_query": query.urlencode(), "tiles": settings.TILES_URL,
        "attribution": settings.TILES_ATTRIBUTION, "page": queries.wish_page(filters, page_size=8),
    }  # fmt: skip
    return render(request, "disclosure/map.html", context)


@require_GET
def wish_page(request: HttpRequest, code: str) -> HttpResponse:
    """One wish with its whole way (F22)."""
    detail = queries.wish_detail(code)
    return render(request, "disclosure/wish.html", {"detail": detail, "url": request.build_absolute_uri()})


def _period(request: HttpRequest) -> tuple[date, date]:
    last = _today()
    first = first_told_on() or last
    try:
        first = date.fromisoformat(request.GET.get("from") or first.isoformat())
        last = date.fromisoformat(request.GET.get("to") or last.isoformat())
    except ValueError as error:
        raise Problem("bad_date", gettext_lazy("日期应写成 2025-09-08 这样。"), "from") from error
    if first > last:
        raise Problem("bad_period", gettext_lazy("开始日期要在结束日期之前。"), "from")
    return first, last


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Public figures: every rate with its counts and definition, the table behind each chart."""
    first, last = _period(request)
    place = queries.chosen_place(request.GET.get("place") or HOME_DISTRICT)
    found = report(place_path=place.path, first=first, last=last)
    names = {c.code: c for c in categories(only_active=False)}
    context = {
        "report": found,
        "place": place,
        "first": first,
        "last": last,
        "place_groups": _filter_context({})["place_groups"],
        "by_category": [
            {**row, "category": names.get(row["key"])} for row in found.by_category if row["key"]
        ],
        "by_channel": [{**row, "name": queries.channel_name(row["key"])} for row in found.by_channel],
    }
    return render(request, "disclosure/figures.html", context)


@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """Who granted most; counted by granted wishes, since claims can be withdrawn."""
    district = place_by_code(HOME_DISTRICT)
    rows = grants_by_helper(district.path if district else "")
    return render(request, "disclosure/thanks.html", {"rows": rows})


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read the public pages and nothing else."""
    lines = [
        "User-agent: *",
        "Disallow: /staff/",
        "Disallow: /accounts/",
        "Disallow: /track/",
        "Disallow: /api/",
    ]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml", ""]), content_type="text/plain"
    )


@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages and the newest public wishes."""
    fixed = ["disclosure:home", "disclosure:list", "disclosure:map", "disclosure:figures", "website:how"]
    rows = queries.wish_page({}, page_size=100).rows
    pages = [reverse(name) for name in fixed] + [reverse("disclosure:wish", args=[row.code]) for row in rows]
    body = "".join(f"<url><loc>{settings.PUBLIC_URL}{page}</loc></url>" for page in pages)
    text = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>'
    return HttpResponse(text, content_type="application/xml")


class WishFeed(_Feed):
    """Atom feed of newly published or newly granted wishes."""

    feed_type = Atom1Feed
    link = "/wishes/"
    granted = False

    def title(self) -> str | Promise:
        """Return the feed's name."""
        return _("心愿闭环：最新圆梦") if self.granted else _("心愿闭环：最新心愿")

    def items(self) -> list[queries.PublicWish]:
        """Return the newest thirty."""
        return queries.newest_granted(limit=30) if self.granted else queries.wish_page({}, page_size=30).rows

    def item_title(self, item: Any) -> str:
        """Return the wish's words, shortened."""
        return f"{item.place}：{item.text[:60]}"

    def item_description(self, item: Any) -> str:
        """Return the wish's public words."""
        return str(item.text)

    def item_link(self, item: Any) -> str:
        """Return the wish's page."""
        return reverse("disclosure:wish", args=[item.code])

    def item_updateddate(self, item: Any) -> Any:
        """Return when it was published or granted."""
        return item.granted_at or item.published_at
