"""Addresses of the shell."""

from django.urls import path

from wishloop.website.web import views

app_name = "website"
urlpatterns = [
    path("start/", views.root, name="root"),
    path("display/", views.set_display, name="display"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("how/", views.how, name="how"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
