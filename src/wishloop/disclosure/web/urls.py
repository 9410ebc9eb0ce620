"""Addresses of the public pages."""

from django.urls import path

from wishloop.disclosure.web import views

app_name = "disclosure"
urlpatterns = [
    path("", views.home, name="home"),
    path("map/", views.wish_map, name="map"),
    path("wishes/", views.wish_list, name="list"),
    path("wishes/<str:code>/", views.wish_page, name="wish"),
    path("figures/", views.figures, name="figures"),
    path("thanks/", views.thanks, name="thanks"),
    path("feeds/wishes.atom", views.WishFeed(), name="feed"),
    path(
        "feeds/granted.atom", type("GrantedFeed", (views.WishFeed,), {"granted": True})(), name="feed-granted"
    ),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
