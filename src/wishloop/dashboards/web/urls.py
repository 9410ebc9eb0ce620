"""Addresses of staff overview pages."""

from django.urls import path

from wishloop.dashboards.web import views

app_name = "dashboards"
urlpatterns = [
    path("staff/", views.start, name="start"),
    path("staff/today/", views.today, name="today"),
    path("staff/inbox/", views.inbox, name="inbox"),
    path("staff/inbox/bulk/", views.bulk, name="bulk"),
    path("staff/inbox/register.xlsx", views.register, name="register"),
    path("staff/figures/", views.figures, name="figures"),
]
