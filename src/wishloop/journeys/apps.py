from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "wishloop.journeys"
    label = "journeys"
