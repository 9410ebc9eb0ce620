"""Routes of the API."""

from ninja import Router

from wishloop.cases.api.rules_routes import router as rules_router

router = Router(tags=["cases"])
router.add_router("", rules_router)
