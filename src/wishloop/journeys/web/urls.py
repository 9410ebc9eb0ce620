"""Addresses of errands that cross modules."""

from django.urls import path

from wishloop.journeys.web import consents, party_record, rearrange_places

app_name = "journeys"
urlpatterns = [
    path("staff/consents/<uuid:consent_id>/withdraw/", consents.withdraw, name="withdraw_consent"),
    path("staff/people/<uuid:party_id>/record/", party_record.party_record, name="party_record"),
    path("staff/places/<slug:code>/move/", rearrange_places.move, name="move_place"),
    path("staff/places/<slug:code>/merge/", rearrange_places.merge, name="merge_place"),
]
