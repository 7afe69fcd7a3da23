"""Passwords, session ids and tokens: how they are made, and what of them is stored."""

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pwdlib import PasswordHash

TOKEN_PREFIX = "dampipe_"
"""By which scanners for leaked secrets, and people, know a token."""


def random_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a session id or a token. Both are random, so that they need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _hasher() -> "PasswordHash":
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),))


def hash_password(password: str) -> str:
    """By argon2id, with a salt."""
    return _hasher().hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one, in constant time; takes as long where there is none."""
    try:
        matches = _hasher().verify(password, stored or _hash_of_no_password())
    except Exception:  # a hash that is damaged or by an unknown algorithm
        return False
    return matches and stored is not None


@cache
def _hash_of_no_password() -> str:
    return hash_password(random_secret())
