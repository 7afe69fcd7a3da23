"""Who can reach this deployment: only this machine, or those who log in."""

import socket
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dampipe.app.errors import HOST_NOT_LOOPBACK, NO_TLS, OIDC_MISSING
from dampipe.features.access.errors import CANNOT_MASK
from dampipe.features.access.login import LoginPolicy
from dampipe.features.access.oidc import OidcSettings
from dampipe.features.access.queries import AccessRepository
from dampipe.kernel.errors import CannotStart, DampipeError
from dampipe.kernel.faces.hosts import Hosts, is_loopback
from dampipe.kernel.settings.settings import Settings
from dampipe.storage.auto import AutoStorage

if TYPE_CHECKING:
    from dampipe.app.container import Container

OIDC_PACKAGES = ("authlib", "httpx2")
"""What the extra `oidc` installs."""


def hosts_of(settings: Settings) -> Hosts:
    """The names for which the servers of this machine answer."""
    return Hosts(settings.host, settings.allowed_hosts)


def check_exposure(settings: Settings, has_login: Callable[[], bool]) -> DampipeError | None:
    """A warning if other machines reach the servers without encryption; None if not.

    has_login: whether there is a user or a token; asked only where other machines reach the servers and no identity
    provider or reverse proxy is configured. Raises CannotStart if there is none, or if the packages that an identity
    provider is asked with are not installed.
    """
    if settings.oidc_issuer:
        for package in OIDC_PACKAGES:
            if find_spec(package) is None:
                raise CannotStart(OIDC_MISSING, issuer=settings.oidc_issuer, package=package)
    if listens_on_loopback(settings):
        return None
    policy = login_policy(settings)
    if not (policy.oidc or policy.trusts_proxy or has_login()):
        raise CannotStart(HOST_NOT_LOOPBACK, host=settings.host, port=settings.port)
    if settings.tls_cert or settings.proxy_addresses:
        return None
    return DampipeError(NO_TLS, host=settings.host)


def check_masks(container: "Container") -> None:
    """Raise CannotStart if there are users, and the vector index cannot search among what each of them sees."""
    if container.get(AccessRepository).has_users() and not container.get(AutoStorage).can_mask:
        raise CannotStart(CANNOT_MASK, vectors=container.settings.vectors)


def has_login(container: "Container") -> bool:
    """Whether there is a user or a token; the schema of the catalogue is brought up to date for it."""
    container.set_up()
    access = container.get(AccessRepository)
    return access.has_users() or access.has_tokens()


def listens_on_loopback(settings: Settings) -> bool:
    """Whether only this machine reaches the servers."""
    return is_loopback(settings.host, _addresses)


def login_policy(settings: Settings) -> LoginPolicy:
    """How people may log in."""
    return LoginPolicy(
        listens_on_loopback=listens_on_loopback(settings),
        proxy_addresses=settings.proxy_addresses,
        user_header=settings.proxy_user_header,
        groups_header=settings.proxy_groups_header,
        group_roles=settings.group_roles,
        default_role=settings.default_role,
        oidc=oidc_settings(settings).is_on,
    )


def oidc_settings(settings: Settings) -> OidcSettings:
    """The identity provider."""
    return OidcSettings(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_groups_claim,
        settings.oidc_label,
    )


def _addresses(name: str) -> list[str]:
    return [str(found[4][0]).partition("%")[0] for found in socket.getaddrinfo(name, None)]
