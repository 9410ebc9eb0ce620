"""Addresses of media and of the pages around them."""

from django.urls import path

from wishloop.wishes.web import evidence

app_name = "evidence"
urlpatterns = [
    path("media/<uuid:medium_id>/public/", evidence.medium, name="public"),
    path("media/<uuid:medium_id>/<str:variant>/", evidence.medium, name="medium"),
    path("staff/wishes/<str:code>/evidence/", evidence.upload, name="upload"),
    path("staff/wishes/<str:code>/photos/<uuid:medium_id>/", evidence.blur, name="blur"),
]
