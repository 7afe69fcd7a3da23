"""How passwords are kept."""

from collections.abc import Callable

import pytest
from pwdlib import PasswordHash

from dampipe.features.access import secrets


def test_passwords_are_hashed_as_rfc_9106_recommends(
    password_hasher: Callable[[], PasswordHash], monkeypatch: pytest.MonkeyPatch
) -> None:
    """argon2id with 64 MiB, 3 passes and 4 lanes: its second recommended option. Other tests hash with less."""
    monkeypatch.setattr(secrets, "_hasher", password_hasher)
    stored = secrets.hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert secrets.is_password("correct horse", stored) and not secrets.is_password("wrong", stored)
    assert secrets.hash_password("correct horse") != stored  # another salt
    assert not secrets.is_password("correct horse", None)


def test_a_hash_of_other_costs_is_still_known() -> None:
    """A stored hash names its costs, so that raising them locks nobody out."""
    stored = (
        "$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ"
    )
    assert secrets.is_password("correct horse", stored)
    assert not secrets.is_password("Correct horse", stored)
