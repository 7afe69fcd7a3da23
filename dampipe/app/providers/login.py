"""How people may log in, and what they may be allowed to do."""

from dampipe.app.exposure import login_policy, oidc_settings
from dampipe.app.features import scopes
from dampipe.features.access.login import LoginPolicy
from dampipe.features.access.oidc import OidcSettings
from dampipe.features.access.service import Scopes
from dampipe.kernel.container import Services
from dampipe.kernel.settings.settings import Settings


def policy(services: Services) -> LoginPolicy:
    """By which means."""
    return login_policy(services.get(Settings))


def oidc(services: Services) -> OidcSettings:
    """By which identity provider."""
    return oidc_settings(services.get(Settings))


def all_scopes(services: Services) -> Scopes:
    """The scopes of the kernel and of all features."""
    return Scopes(scopes())
