"""Addresses of the shell."""

from django.urls import path

from wishloop.website.web import health, views

app_name = "website"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("start/", views.root, name="root"),
    path("display/", views.set_display, name="display"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("how/", views.how, name="how"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
