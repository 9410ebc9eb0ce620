"""Addresses of errands that cross modules."""

from django.urls import path

from wishloop.journeys.web import consents

app_name = "journeys"
urlpatterns = [
    path("staff/consents/<uuid:consent_id>/withdraw/", consents.withdraw, name="withdraw_consent"),
]
