"""Rotating the installation's keys, in their file and in the database."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from wishloop.core.encryption import CannotDecrypt
from wishloop.parties import operations as parties
from wishloop.parties.models import Party
from wishloop.runtime import secret_files


def test_a_key_goes_in_front_and_old_ones_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WISHLOOP_DATA", str(tmp_path))
    monkeypatch.delenv("WISHLOOP_FIELD_KEYS", raising=False)
    facts = {"name": "field_keys", "environment_name": "WISHLOOP_FIELD_KEYS"}
    [first] = secret_files.keyring(**facts)
    assert secret_files.add_key(**facts) == 2
    second = secret_files.keyring(**facts)[0]
    assert secret_files.keyring(**facts) == [second, first]
    path = tmp_path / "secrets" / "field_keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_files.retire_keys(**facts) == 1
    assert secret_files.keyring(**facts) == [second]
    monkeypatch.setenv("WISHLOOP_FIELD_KEYS", base64.urlsafe_b64encode(first).decode())
    with pytest.raises(ValueError, match="WISHLOOP_FIELD_KEYS"):
        secret_files.add_key(**facts)


def test_old_keys_are_counted_until_everything_is_wrapped_anew(world: Any, settings: Any) -> None:
    person = world.resident(name="格桑央金")
    user = world.user("steward")
    TOTP.activate(user, "A" * 32)
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [b"n" * 32, *old]
    assert parties.old_keys_in_use() == Party.objects.count()
    parties.rewrap_person_keys()
    assert parties.old_keys_in_use() == 0
    assert parties.reseal_factors() >= 1
    settings.FIELD_KEYS = [b"n" * 32]
    stored = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"]
    assert get_adapter().decrypt(stored) == "A" * 32
    assert parties.reveal_field(
        actor=world.steward(), party_id=person.pk, field="name", reason="核对", at=world.at
    ) == "格桑央金"  # fmt: skip
    settings.FIELD_KEYS = [b"x" * 32]
    with pytest.raises(CannotDecrypt):
        get_adapter().decrypt(stored)
