"""Routes of the API."""

from ninja import Router

from wishloop.wishes.api.evidence import router as evidence

router = Router(tags=["wishes"])
router.add_router("", evidence)
