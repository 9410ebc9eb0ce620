"""Routes of the API."""

from ninja import Router

router = Router(tags=["disclosure"])
