"""Addresses of the pages."""

from django.urls import path

from wishloop.intake.web import public_views, track_views

app_name = "intake"
urlpatterns = [
    path("captcha/challenge/", public_views.challenge, name="challenge"),
    path("wish/", public_views.submit, name="submit"),
    path("q/<str:token>/", public_views.submit, name="qr"),
    path("wish/done/<uuid:wish_id>/", public_views.done, name="done"),
    path("track/", track_views.track, name="track"),
    path("track/<str:code>/", track_views.track_case, name="track_case"),
]
