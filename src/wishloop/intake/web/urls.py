"""Addresses of the pages."""

from django.urls import path, re_path

from wishloop.intake.web import code_views, import_views, public_views, staff_views, track_views

app_name = "intake"
urlpatterns = [
    path("captcha/challenge/", public_views.challenge, name="challenge"),
    path("wish/", public_views.submit, name="submit"),
    path("q/<str:token>/", public_views.submit, name="qr"),
    path("wish/done/<uuid:wish_id>/", public_views.done, name="done"),
    path("track/", track_views.track, name="track"),
    path("track/<str:code>/", track_views.track_case, name="track_case"),
    path("staff/intake/new/", staff_views.new, name="new"),
    path("staff/intake/slip/<str:code>/", staff_views.slip, name="slip"),
    path("staff/intake/meeting/", staff_views.meeting, name="meeting"),
    path("staff/intake/codes/", code_views.codes, name="codes"),
    path("staff/intake/codes/<str:token>/", code_views.poster, name="poster"),
    re_path(r"^staff/intake/codes/(?P<token>\w+)\.(?P<kind>svg|png)$", code_views.image, name="code_image"),
    path("staff/intake/import/", import_views.upload, name="import"),
    re_path(
        r"^staff/intake/import/template\.(?P<kind>xlsx|csv)$", import_views.template, name="import_template"
    ),
    path("staff/intake/import/<uuid:run_id>/", import_views.import_run, name="import_run"),
    path("staff/intake/import/<uuid:run_id>/commit/", import_views.commit, name="import_commit"),
    path("staff/intake/import/<uuid:run_id>/rejected.xlsx", import_views.rejected, name="import_rejected"),
]
