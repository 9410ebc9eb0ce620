"""Pages of accounts and roles, for administrators; supervisors read them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.core.clock import now
from wishloop.core.paging import keyset_page
from wishloop.core.problem import Problem
from wishloop.core.text import cleaned
from wishloop.parties import operations, queries
from wishloop.parties.models import Party, Role, User
from wishloop.parties.permissions import may_administer
from wishloop.parties.web.access import requires
from wishloop.parties.web.doors import actor_from, today
from wishloop.parties.web.forms import AccountForm, RoleForm, run


@requires("administrator", "supervisor")
@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """List the accounts of one's subtree."""
    asked = request.GET
    role = asked.get("role", "")
    rows = queries.accounts(
        actor=actor_from(request),
        words=cleaned(asked.get("q", ""), one_line=True)[:60],
        role=role if role in Role.values else "",
        on=today(),
    )
    page = keyset_page(rows, order=queries.ACCOUNT_ORDER, cursor=asked.get("cursor"), page_size=30)
    return render(request, "parties/accounts.html", {"page": page, "roles": Role.choices, "today": today()})


@requires("administrator", "supervisor")
@require_GET
def account_page(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Show one account."""
    return render(request, "parties/account.html", _context(request, user_id, RoleForm()))


def _context(request: HttpRequest, user_id: UUID, form: RoleForm) -> dict[str, object]:
    actor = actor_from(request)
    account = queries.account_for(actor=actor, user_id=user_id)
    return {
        "account": account,
        "form": form,
        "today": today(),
        "may_administer": may_administer(actor, account),
        "may_grant": actor.holds("administrator") and account.is_active,
        "is_self": account.pk == actor.user_id,
    }


@requires("administrator")
@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Open an account for a person, with its first role; the password is shown once."""
    actor = actor_from(request)
    party = queries.party_for(actor=actor, party_id=party_id)
    organisations = [(str(row.pk), row.public_name) for row in queries.organisations(actor=actor)]
    form = AccountForm(
        request.POST or None, organisations=organisations, initial={"place": party.place and party.place.name}
    )
    if request.method == "POST":
        password = operations.handed_out_password()
        user = run(form, lambda: _open(request, party, form, password))
        if user is not None:
            return _password_page(request, user, password)
    return render(
        request, "parties/account_form.html", {"form": form, "party": party},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _open(request: HttpRequest, party: Party, form: AccountForm, password: str) -> User:
    actor, chosen = actor_from(request), form.cleaned_data
    acts_for = None
    if chosen["organisation"]:
        acts_for = queries.party_for(actor=actor, party_id=UUID(chosen["organisation"]))
    return operations.open_account_with_role(
        actor=actor, username=chosen["username"], password=password, party=party,
        display_name=chosen["display_name"], role=chosen["role"], place=chosen["place"], acts_for=acts_for,
        at=now(), on=today(),
    )  # fmt: skip


def _password_page(request: HttpRequest, account: User, password: str) -> HttpResponse:
    response = render(request, "parties/password.html", {"account": account, "password": password})
    response["Cache-Control"] = "no-store, private"
    return response


@requires("administrator")
@require_POST
def grant(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Give an account a role."""
    account = queries.account_for(actor=actor_from(request), user_id=user_id)
    form = RoleForm(request.POST)
    granted = run(
        form,
        lambda: operations.grant_role(
            actor=actor_from(request), user=account, role=form.cleaned_data["role"],
            place=form.cleaned_data["place"], on=today(),
        ),
    )  # fmt: skip
    if granted is None:
        return render(request, "parties/account.html", _context(request, user_id, form), status=422)
    messages.success(request, _("岗位已授予。"))
    return redirect("parties:account_page", user_id=user_id)


@requires("administrator")
@require_POST
def end(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """End a role today."""
    actor = actor_from(request)
    assignment = queries.role_for(actor=actor, assignment_id=assignment_id)
    return _act(
        request, assignment.user_id, _("岗位已撤销。"),
        lambda: operations.end_role(actor=actor, assignment=assignment, on=today()),
    )  # fmt: skip


def _act(request: HttpRequest, user_id: UUID, words: str, operation: object) -> HttpResponse:
    """Run one of the buttons of an account's page and go back to it."""
    assert callable(operation)
    try:
        operation()
    except Problem as problem:
        if problem.status == 404:
            raise
        messages.error(request, str(problem.message))
    else:
        messages.success(request, words)
    return redirect("parties:account_page", user_id=user_id)


@requires("administrator")
@require_POST
def close(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Close an account."""
    return _act(
        request, user_id, _("账户已停用。"),
        lambda: operations.close_account(actor=actor_from(request), user_id=user_id, at=now()),
    )  # fmt: skip


@requires("administrator")
@require_POST
def reopen(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Open a closed account again."""
    return _act(
        request, user_id, _("账户已恢复，请重新授予岗位。"),
        lambda: operations.reopen_account(actor=actor_from(request), user_id=user_id, at=now()),
    )  # fmt: skip


@requires("administrator")
@require_POST
def reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Give an account a new password, shown once."""
    actor = actor_from(request)
    account = queries.account_for(actor=actor, user_id=user_id)
    try:
        password = operations.reset_password(actor=actor, user_id=user_id, at=now())
    except Problem as problem:
        if problem.status == 404:
            raise
        messages.error(request, str(problem.message))
        return redirect("parties:account_page", user_id=user_id)
    return _password_page(request, account, password)
