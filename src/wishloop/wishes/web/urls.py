"""Addresses of staff and helper pages of wishes."""

from django.urls import path

from wishloop.wishes.web import views

app_name = "wishes"
urlpatterns = [
    path("staff/desk/", views.desk, name="desk"),
    path("staff/wishes/near/", views.near, name="near"),
    path("staff/wishes/mine/", views.mine, name="mine"),
    path("staff/wishes/record/", views.record, name="record"),
    path("staff/wishes/<str:code>/", views.case_page, name="case"),
    path("staff/wishes/<str:code>/claim/", views.claim, name="claim"),
    path("staff/wishes/<str:code>/contact/", views.contact, name="contact"),
    path("staff/wishes/<str:code>/reveal/", views.reveal, name="reveal"),
    path("staff/wishes/<str:code>/do/<str:name>/", views.make_move, name="move"),
    path("staff/categories/", views.category_list, name="categories"),
]
