"""Passwords of file servers from the keyring of the system."""

from dampipe.storage.files.connections import Address


def keyring_password(address: Address, user: str) -> str | None:
    """The password that `keyring set SCHEME://HOST USER` has stored; None where there is none, or no keyring."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(f"{address.scheme}://{address.authority}", user)
    except (KeyringError, RuntimeError, OSError):  # locked, or no service of this system is reachable
        return None
