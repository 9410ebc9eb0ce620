"""My account: language, skills, password, second factor, tokens; and what was typed when the session ended."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wishloop.core.clock import now
from wishloop.parties import operations, queries
from wishloop.parties.models import User
from wishloop.parties.web import kept_input as keeping
from wishloop.parties.web.access import ANY_ACCOUNT, requires
from wishloop.parties.web.doors import actor_from, today
from wishloop.parties.web.forms import LanguageForm, MySkillsForm, TokenForm, run


def _context(request: HttpRequest) -> dict[str, object]:
    actor = actor_from(request)
    party = queries.party_for(actor=actor, party_id=actor.party_id) if actor.party_id else None
    user = request.user
    assert isinstance(user, User)
    own = [account for account in queries.accounts_of(party_id=user.party_id) if account.pk == user.pk]
    return {
        "account": own[0] if own else user,
        "today": today(),
        "language_form": LanguageForm(initial={"language": user.language}),
        "skills_form": MySkillsForm(
            initial={"skills": [skill.code for skill in party.skills.all()] if party else []}
        ),
        "token_form": TokenForm(),
        "tokens": queries.tokens_of(actor=actor),
        "moment_now": now(),
        "lacks_factor": queries.lacks_second_factor(user=user, actor=actor),
        "has_factor": queries.has_second_factor(user=user),
        "looks": queries.data_views(actor=actor, viewer=user.pk).order_by(*queries.DATA_VIEW_ORDER)[:10],
    }


@requires(ANY_ACCOUNT)
@require_GET
def my_account(request: HttpRequest) -> HttpResponse:
    """Show one's account."""
    return render(request, "parties/my_account.html", _context(request))


@requires(ANY_ACCOUNT)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of one's pages."""
    form = LanguageForm(request.POST)
    user = run(
        form,
        lambda: operations.set_language(actor=actor_from(request), language=form.cleaned_data["language"]),
    )
    if user is None:
        return render(
            request, "parties/my_account.html", {**_context(request), "language_form": form}, status=422
        )
    response = redirect("parties:account")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 86400, samesite="Lax")
    with translation.override(user.language):
        messages.success(request, _("语言已更改。"))
    return response


@requires(ANY_ACCOUNT)
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all sessions but this one."""
    user = operations.sign_out_everywhere(actor=actor_from(request))
    update_session_auth_hash(request, user)
    messages.success(request, _("其他手机和电脑上的登录都已退出。"))
    return redirect("parties:account")


@requires(ANY_ACCOUNT)
@require_POST
def my_skills(request: HttpRequest) -> HttpResponse:
    """Say what one can do."""
    form, actor = MySkillsForm(request.POST), actor_from(request)
    party_id = actor.party_id
    if party_id is None or (
        run(
            form,
            lambda: operations.set_skills(actor=actor, party_id=party_id, skills=form.cleaned_data["skills"]),
        )
        is None
    ):
        return render(
            request, "parties/my_account.html", {**_context(request), "skills_form": form}, status=422
        )
    messages.success(request, _("特长已保存。"))
    return redirect("parties:account")


@requires(ANY_ACCOUNT)
@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it once."""
    form = TokenForm(request.POST)
    made = run(
        form,
        lambda: operations.create_token(
            actor=actor_from(request),
            label=form.cleaned_data["label"],
            days=form.cleaned_data["days"],
            at=now(),
        ),
    )
    if made is None:
        return render(
            request, "parties/my_account.html", {**_context(request), "token_form": form}, status=422
        )
    response = render(request, "parties/token.html", {"row": made[0], "token": made[1]})
    response["Cache-Control"] = "no-store, private"
    return response


@requires(ANY_ACCOUNT)
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Make a token worthless."""
    operations.revoke_token(actor=actor_from(request), token_id=token_id, at=now())
    messages.success(request, _("令牌已撤销，用它的程序立刻不能再访问。"))
    return redirect("parties:account")


@requires(ANY_ACCOUNT)
@require_GET
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """Say that the role asks for a second factor, and how to set it up."""
    return render(request, "parties/second_factor_needed.html")


@requires(ANY_ACCOUNT)
@require_http_methods(["GET", "POST"])
def kept_input(request: HttpRequest) -> HttpResponse:
    """Offer what had been typed when the session ended: one button sends it where it was going, another drops it."""
    if request.method == "POST":
        keeping.drop(request)
        return redirect(settings.LOGIN_REDIRECT_URL)
    found = keeping.kept(request)
    if found is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    response = render(request, "parties/kept_input.html", {"kept": found})
    response["Cache-Control"] = "no-store, private"
    return response
