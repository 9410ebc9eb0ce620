"""The HTTP API: one router a module; problems become RFC 9457 documents here, once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from wishloop.cases.api.routes import router as cases
from wishloop.core.problem import Problem
from wishloop.core.problem_json import problem_response, validation_response
from wishloop.dashboards.api.routes import router as dashboards
from wishloop.disclosure.api.routes import router as disclosure
from wishloop.evidence.api.routes import router as evidence
from wishloop.intake.api.routes import router as intake
from wishloop.journeys.api.routes import router as journeys
from wishloop.parties.api.access import signed_in
from wishloop.parties.api.routes import router as parties
from wishloop.places.api.routes import public_router as public_places
from wishloop.places.api.routes import router as places
from wishloop.wishes.api.routes import router as wishes

# Closed unless a router says otherwise: only what is mounted below /public answers strangers.
api = NinjaAPI(title="wishloop", version="1", docs_url=None, urls_namespace="api", auth=signed_in())


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(request, problem)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return validation_response(request, error.errors)


# Reading and sending a wish share one address but live in two modules: a path answers with the methods of both.
for _path, _view in list(intake.path_operations.items()):
    if _path in disclosure.path_operations:
        disclosure.path_operations[_path].operations.extend(_view.operations)
        del intake.path_operations[_path]

for _prefix, _router in (
    ("/public", disclosure),
    ("/public", intake),
    ("/public", public_places),
    ("", wishes),
    ("", cases),
    ("", dashboards),
    ("", evidence),
    ("", parties),
    ("", journeys),
    ("", places),
):
    if _prefix == "/public":
        api.add_router(_prefix, _router, auth=None)
    else:
        api.add_router(_prefix, _router)
