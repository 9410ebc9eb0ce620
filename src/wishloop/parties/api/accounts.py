"""Routes of accounts, roles, tokens and the log of looks at personal data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Status

from wishloop.core.actor import Actor
from wishloop.core.clock import SHANGHAI, now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Problem
from wishloop.parties import operations, queries
from wishloop.parties.api import schemas
from wishloop.parties.models import ApiToken
from wishloop.places.queries import find_place

ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 422), schemas.ProblemOut)
if TYPE_CHECKING:
    from wishloop.places.models import Place

router = Router(tags=["accounts"])


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


def _place(name: str) -> Place:
    found = find_place(name)
    if found is None:
        raise Problem("unknown_place", _("找不到这个地方，请填社区或街道的名称，或区划代码。"), "place")
    return found


def _account(request: HttpRequest, user_id: UUID) -> schemas.AccountOut:
    return schemas.AccountOut.of(queries.account_for(actor=_actor(request), user_id=user_id))


@router.get("/accounts", response={200: schemas.AccountsOut, **ERRORS}, summary="List accounts")
def list_accounts(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60), schemas.CLEAN] = "",
    role: Annotated[str, Query(max_length=20), schemas.CLEAN] = "",
    cursor: str | None = None,
    page_size: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Any:
    """Those of the subtrees the caller administers or supervises."""
    rows = queries.accounts(actor=_actor(request), words=q, role=role, on=_today())
    page = keyset_page(rows, order=queries.ACCOUNT_ORDER, cursor=cursor, page_size=page_size)
    items = [schemas.AccountOut.of(row) for row in page.rows]
    return schemas.AccountsOut(
        items=items, next_cursor=page.next_cursor, previous_cursor=page.previous_cursor
    )


@router.post(
    "/parties/{uuid:party_id}/account",
    response={201: schemas.OpenedOut, **ERRORS},
    summary="Open an account",
)
def open_account(request: HttpRequest, party_id: UUID, body: schemas.AccountIn) -> Any:
    """With its first role; the password is in the answer and nowhere else."""
    actor, password = _actor(request), operations.handed_out_password()
    party = queries.party_for(actor=actor, party_id=party_id)
    acts_for = queries.party_for(actor=actor, party_id=body.acts_for) if body.acts_for else None
    user = operations.open_account_with_role(
        actor=actor, username=body.username, password=password, party=party, display_name=body.display_name,
        role=body.role, place=_place(body.place), acts_for=acts_for, at=now(), on=_today(),
    )  # fmt: skip
    return Status(201, schemas.OpenedOut(account=_account(request, user.pk), password=password))


@router.post(
    "/accounts/{uuid:user_id}/roles", response={200: schemas.AccountOut, **ERRORS}, summary="Grant a role"
)
def grant(request: HttpRequest, user_id: UUID, body: schemas.RoleIn) -> Any:
    """Over a place and everything below it."""
    user = queries.account_for(actor=_actor(request), user_id=user_id)
    operations.grant_role(
        actor=_actor(request), user=user, role=body.role, place=_place(body.place), on=_today()
    )
    return _account(request, user_id)


@router.post("/roles/{int:role_id}/end", response={200: schemas.AccountOut, **ERRORS}, summary="End a role")
def end(request: HttpRequest, role_id: int) -> Any:
    """From today on."""
    assignment = queries.role_for(actor=_actor(request), assignment_id=role_id)
    operations.end_role(actor=_actor(request), assignment=assignment, on=_today())
    return _account(request, assignment.user_id)


@router.post(
    "/accounts/{uuid:user_id}/close", response={200: schemas.AccountOut, **ERRORS}, summary="Close an account"
)
def close(request: HttpRequest, user_id: UUID) -> Any:
    """It cannot sign in from now on; its history stays."""
    operations.close_account(actor=_actor(request), user_id=user_id, at=now())
    return _account(request, user_id)


@router.post(
    "/accounts/{uuid:user_id}/reopen",
    response={200: schemas.AccountOut, **ERRORS},
    summary="Reopen an account",
)
def reopen(request: HttpRequest, user_id: UUID) -> Any:
    """Without roles."""
    operations.reopen_account(actor=_actor(request), user_id=user_id, at=now())
    return _account(request, user_id)


@router.post(
    "/accounts/{uuid:user_id}/reset-password",
    response={200: schemas.OpenedOut, **ERRORS},
    summary="Reset a password",
)
def reset(request: HttpRequest, user_id: UUID) -> Any:
    """Removes second factors too; the password is in the answer and nowhere else."""
    password = operations.reset_password(actor=_actor(request), user_id=user_id, at=now())
    return schemas.OpenedOut(account=_account(request, user_id), password=password)


@router.get(
    "/data-views", response={200: schemas.DataViewsOut, **ERRORS}, summary="Who saw what, when and why"
)
def data_views(
    request: HttpRequest,
    field: Annotated[str, Query(max_length=20), schemas.CLEAN] = "",
    viewer: UUID | None = None,
    party: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
    cursor: str | None = None,
    page_size: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Any:
    """Of the subtrees the caller supervises or administers, and the caller's own looks."""
    rows = queries.data_views(
        actor=_actor(request), viewer=viewer, party=party, field=field, first=first, last=last
    )
    page = keyset_page(rows, order=queries.DATA_VIEW_ORDER, cursor=cursor, page_size=page_size)
    items = [schemas.DataViewOut.of(row) for row in page.rows]
    return schemas.DataViewsOut(
        items=items, next_cursor=page.next_cursor, previous_cursor=page.previous_cursor
    )


def _token(row: ApiToken) -> schemas.TokenOut:
    return schemas.TokenOut(
        id=row.pk, label=row.label, hint=row.hint, created_at=row.created_at, expires_at=row.expires_at,
        last_used_at=row.last_used_at, revoked_at=row.revoked_at,
    )  # fmt: skip


@router.get("/me/tokens", response={200: list[schemas.TokenOut], **ERRORS}, summary="My tokens")
def my_tokens(request: HttpRequest) -> Any:
    """Without the tokens themselves."""
    return [_token(row) for row in queries.tokens_of(actor=_actor(request))]


@router.post("/me/tokens", response={201: schemas.NewTokenOut, **ERRORS}, summary="Make a token")
def make_token(request: HttpRequest, body: schemas.TokenIn) -> Any:
    """The token is in the answer and nowhere else."""
    row, token = operations.create_token(actor=_actor(request), label=body.label, days=body.days, at=now())
    return Status(201, schemas.NewTokenOut(token=token, row=_token(row)))


@router.delete("/me/tokens/{uuid:token_id}", response={204: None, **ERRORS}, summary="Revoke a token")
def revoke_token(request: HttpRequest, token_id: UUID) -> Any:
    """At once."""
    operations.revoke_token(actor=_actor(request), token_id=token_id, at=now())
    return Status(204, None)
