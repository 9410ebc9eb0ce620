"""Addresses of the pages of people, organisations, accounts and consents."""

from django.urls import path

from wishloop.parties.web import accounts, consents, importing, log, my_account, people

app_name = "parties"
urlpatterns = [
    path("staff/people/", people.people_list, name="people"),
    path("staff/people/find/", people.find, name="find"),
    path("staff/people/new/", people.add_person, name="add_person"),
    path("staff/people/import/", importing.choose, name="import"),
    path("staff/people/import/commit/", importing.commit, name="import_commit"),
    path("staff/people/import/<slug:kind>-template.<slug:suffix>", importing.template, name="template"),
    path("staff/organisations/new/", people.add_organisation, name="add_organisation"),
    path("staff/people/<uuid:party_id>/", people.party_page, name="party"),
    path("staff/people/<uuid:party_id>/edit/", people.edit_party, name="edit_party"),
    path("staff/people/<uuid:party_id>/reveal/", people.reveal, name="reveal"),
    path("staff/people/<uuid:party_id>/forget/", people.forget, name="forget"),
    path("staff/people/<uuid:party_id>/consent/", consents.record, name="record_consent"),
    path("staff/people/<uuid:party_id>/consent-sheet/", consents.sheet, name="consent_sheet"),
    path("staff/people/<uuid:party_id>/account/", accounts.open_account, name="open_account"),
    path("staff/accounts/", accounts.account_list, name="accounts"),
    path("staff/accounts/<uuid:user_id>/", accounts.account_page, name="account_page"),
    path("staff/accounts/<uuid:user_id>/grant/", accounts.grant, name="grant_role"),
    path("staff/accounts/<uuid:user_id>/close/", accounts.close, name="close_account"),
    path("staff/accounts/<uuid:user_id>/reopen/", accounts.reopen, name="reopen_account"),
    path("staff/accounts/<uuid:user_id>/reset/", accounts.reset, name="reset_password"),
    path("staff/roles/<int:assignment_id>/end/", accounts.end, name="end_role"),
    path("staff/views/", log.views_log, name="views"),
    path("staff/account/", my_account.my_account, name="account"),
    path("staff/account/language/", my_account.language, name="language"),
    path("staff/account/sign-out-elsewhere/", my_account.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("staff/account/skills/", my_account.my_skills, name="my_skills"),
    path("staff/account/tokens/", my_account.create_token, name="create_token"),
    path("staff/account/tokens/<uuid:token_id>/revoke/", my_account.revoke_token, name="revoke_token"),
    path("staff/account/second-factor/", my_account.second_factor_needed, name="second_factor_needed"),
    path("staff/account/kept/", my_account.kept_input, name="kept_input"),
]
