"""Every address, module by module."""

from django.urls import include, path

from wishloop.config.api import api

urlpatterns = [
    path("", include("wishloop.website.web.urls")),
    path("", include("wishloop.disclosure.web.urls")),
    path("", include("wishloop.intake.web.urls")),
    path("", include("wishloop.wishes.web.evidence_urls")),
    path("", include("wishloop.wishes.web.urls")),
    path("", include("wishloop.cases.web.urls")),
    path("", include("wishloop.dashboards.web.urls")),
    path("", include("wishloop.evidence.web.urls")),
    path("", include("wishloop.parties.web.urls")),
    path("", include("wishloop.journeys.web.urls")),
    path("", include("wishloop.places.web.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("wishloop.parties.web.account_urls")),
    path("api/v1/", api.urls),
]
