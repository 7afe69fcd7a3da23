"""Who can reach this deployment: only this machine, unless the settings say that the network is trusted."""

import socket

from dampipe.app.errors import HOST_NOT_LOOPBACK, NETWORK_TRUSTED
from dampipe.kernel.errors import CannotStart, DampipeError
from dampipe.kernel.faces.hosts import Hosts, is_loopback
from dampipe.kernel.settings.settings import Settings


def hosts_of(settings: Settings) -> Hosts:
    """The names for which the servers of this machine answer."""
    return Hosts(settings.host, settings.allowed_hosts)


def check_exposure(settings: Settings) -> DampipeError | None:
    """A warning if other machines reach the servers; None if only this one does.

    Raises CannotStart if other machines would reach them and the setting trusted_network is off: there is no login.
    """
    if is_loopback(settings.host, _addresses):
        return None
    if not settings.trusted_network:
        raise CannotStart(HOST_NOT_LOOPBACK, host=settings.host, port=settings.port)
    return DampipeError(NETWORK_TRUSTED, host=settings.host)


def _addresses(name: str) -> list[str]:
    return [str(found[4][0]).partition("%")[0] for found in socket.getaddrinfo(name, None)]
