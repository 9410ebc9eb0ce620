"""Addresses of the pages."""

from django.urls import path, re_path

from wishloop.places.web import calendars, editing, importing, tree

app_name = "places"
urlpatterns = [
    path("staff/places/", tree.tree, name="tree"),
    path("staff/places/to-confirm/", editing.to_confirm, name="to_confirm"),
    path("staff/places/import/", importing.import_page, name="import"),
    path("staff/places/import/commit/", importing.commit, name="import_commit"),
    re_path(
        r"^staff/places/import/template\.(?P<ending>csv|xlsx)$", importing.template, name="import_template"
    ),
    path("staff/places/<slug:code>/", tree.place_page, name="place"),
    path("staff/places/<slug:code>/add/", editing.add, name="add"),
    path("staff/places/<slug:code>/edit/", editing.edit, name="edit"),
    path("staff/places/<slug:code>/edit/remove-alias/", editing.remove_alias, name="remove_alias"),
    path("staff/places/<slug:code>/edit/clear-position/", editing.clear_position, name="clear_position"),
    path("staff/places/<slug:code>/calendar/", calendars.calendar_page, name="calendar"),
]
