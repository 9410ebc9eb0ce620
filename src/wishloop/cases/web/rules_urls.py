"""Addresses of the pages of deadline rules."""

from django.urls import path

from wishloop.cases.web import rules_pages

urlpatterns = [
    path("staff/rules/", rules_pages.rules, name="rules"),
    path("staff/rules/new/", rules_pages.new_rule, name="new_rule"),
    path("staff/rules/<uuid:rule_id>/end/", rules_pages.end, name="end_rule"),
    path("staff/rules/<uuid:rule_id>/withdraw/", rules_pages.withdraw, name="withdraw_rule"),
]
