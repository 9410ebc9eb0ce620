"""Addresses of a product whose author forgot to say for whom a staff page is."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from wishloop.config.urls import urlpatterns as real


def _forgotten(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"secret")


urlpatterns = [path("staff/forgotten/", _forgotten), *real]
