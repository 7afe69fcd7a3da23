"""Login at an OpenID Connect provider: the authorization code flow with PKCE, by Authlib."""

import json
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

from dampipe.features.access.errors import NO_OIDC, OIDC_FAILED, OIDC_SILENT
from dampipe.features.access.login import LoginService
from dampipe.features.access.queries import User
from dampipe.features.access.secrets import random_secret
from dampipe.kernel.errors import InvalidInput, NotLoggedIn, ServiceDown

TIMEOUT = 10.0
"""Seconds for each request to the provider."""
METADATA_LIFE = 3600.0
"""Seconds for which the provider's description and keys are kept."""
LEEWAY = 120
"""Seconds by which the clocks may differ."""


@dataclass(frozen=True)
class OidcSettings:
    """The provider, and how it knows dampipe."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    groups_claim: str = "groups"
    label: str = ""

    @property
    def is_on(self) -> bool:
        """Whether there is one."""
        return bool(self.issuer and self.client_id)


@dataclass(frozen=True)
class Challenge:
    """What a login that was begun has to be completed with; kept in a cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str

    def to_text(self) -> str:
        """For the cookie."""
        return ".".join((self.state, self.nonce, self.verifier))

    @classmethod
    def from_text(cls, text: str) -> "Challenge | None":
        """None for any other text."""
        parts = text.split(".")
        return cls(*parts) if len(parts) == 3 and all(parts) else None


class OidcLogin:
    """Methods raise InvalidInput where no provider is configured, and ServiceDown where it does not answer."""

    def __init__(self, settings: OidcSettings, logins: LoginService) -> None:
        self._settings = settings
        self._logins = logins
        self._lock = Lock()
        self._known: tuple[float, dict[str, Any], Any] | None = None

    def begin(self, callback: str) -> tuple[str, Challenge]:
        """The address at the provider to send the browser to. callback: the address to which it comes back."""
        metadata, _ = self._provider()
        challenge = Challenge(random_secret(), random_secret(), random_secret())
        with self._client(callback) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=challenge.state,
                nonce=challenge.nonce,
                code_verifier=challenge.verifier,
            )
        return str(url), challenge

    def complete(self, callback: str, code: str, state: str, challenge: Challenge | None) -> User:
        """The user who has logged in at the provider. Raises NotLoggedIn, and Forbidden without a role."""
        from dampipe.features.access.login import same_secret

        if challenge is None or not same_secret(state, challenge.state):
            raise NotLoggedIn(OIDC_FAILED, reason="it was not begun in this browser")
        claims = self._claims(callback, code, challenge)
        groups = claims.get(self._settings.groups_claim) or []
        listed = [groups] if isinstance(groups, str) else [one for one in groups if isinstance(one, str)]
        name = next(
            (claims[key] for key in ("preferred_username", "name", "email") if claims.get(key)), "user"
        )
        return self._logins.vouched(claims["iss"], claims["sub"], str(name).replace(" ", "."), listed)

    def _claims(self, callback: str, code: str, challenge: Challenge) -> dict[str, Any]:
        import httpx2
        from authlib.integrations.base_client import OAuthError
        from joserfc import jwt
        from joserfc.errors import JoseError

        metadata, keys = self._provider()
        try:
            with self._client(callback) as client:
                found = client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=challenge.verifier, timeout=TIMEOUT
                )
                token = jwt.decode(found["id_token"], keys, algorithms=["RS256", "PS256", "ES256", "EdDSA"])
                jwt.JWTClaimsRegistry(
                    leeway=LEEWAY,
                    iss={"essential": True, "value": metadata["issuer"]},
                    aud={"essential": True, "value": self._settings.client_id},
                    sub={"essential": True},
                    exp={"essential": True},
                    nonce={"essential": True, "value": challenge.nonce},
                ).validate(token.claims)
                return {**self._user_info(client, metadata, token.claims), **token.claims}
        except httpx2.HTTPError as error:
            raise ServiceDown(OIDC_SILENT, reason=type(error).__name__) from error
        except (OAuthError, JoseError, KeyError, ValueError) as error:
            self._known = None  # the keys may have changed
            raise NotLoggedIn(OIDC_FAILED, reason=type(error).__name__) from error

    def _user_info(self, client: Any, metadata: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """What the provider says of the user besides; only of the same subject, as the specification demands."""
        if "userinfo_endpoint" not in metadata:
            return {}
        answer = client.get(metadata["userinfo_endpoint"], timeout=TIMEOUT)
        if answer.status_code != 200:
            return {}
        found = answer.json()
        return found if isinstance(found, dict) and found.get("sub") == claims["sub"] else {}

    def _client(self, callback: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self._settings.client_id,
            self._settings.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._settings.client_secret else "none",
            scope="openid profile email",
            redirect_uri=callback,
            code_challenge_method="S256",
            timeout=TIMEOUT,
        )

    def _provider(self) -> tuple[dict[str, Any], Any]:
        """The provider's description of itself, and its keys."""
        if not self._settings.is_on:
            raise InvalidInput(NO_OIDC)
        with self._lock:
            if self._known is not None and time.monotonic() < self._known[0]:
                return self._known[1], self._known[2]
            metadata, keys = self._read()
            self._known = (time.monotonic() + METADATA_LIFE, metadata, keys)
            return metadata, keys

    def _read(self) -> tuple[dict[str, Any], Any]:
        import httpx2
        from joserfc.jwk import KeySet

        issuer = self._settings.issuer
        try:
            with httpx2.Client(timeout=TIMEOUT) as client:
                url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                metadata = client.get(url).raise_for_status().json()
                if metadata["issuer"].rstrip("/") != issuer.rstrip("/"):
                    raise ServiceDown(OIDC_SILENT, reason=f"it calls itself {metadata['issuer']}")
                keys = KeySet.import_key_set(client.get(metadata["jwks_uri"]).raise_for_status().json())
        except (httpx2.HTTPError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise ServiceDown(OIDC_SILENT, reason=type(error).__name__) from error
        return metadata, keys
