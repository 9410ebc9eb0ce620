"""Addresses of the pages."""

from wishloop.cases.web.rules_urls import urlpatterns as rules_urlpatterns

app_name = "cases"
urlpatterns = [*rules_urlpatterns]
