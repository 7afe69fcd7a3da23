"""How a file server or an object store is reached: one table `[connections.NAME]` of dampipe.toml."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_serializer, field_validator

from dampipe.kernel.masking import url_problem

_NO_SECRET = SecretStr("")


class Connection(BaseModel):
    """Addresses and credentials of one server or account. What is empty is found in the ecosystem's own places."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = ""
    """The connection is used for this URL and those below it; empty: only where a URL names the connection."""
    endpoint_url: str = ""
    """URL of an S3-compatible server; empty: AWS."""
    profile: str = ""
    """Profile of ~/.aws/config and ~/.aws/credentials."""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: SecretStr = _NO_SECRET
    user: str = ""
    password: SecretStr = _NO_SECRET
    domain: str = ""
    """Windows domain of the user."""
    key_file: str = ""
    """Private key of SSH; `password` is its passphrase."""
    known_hosts: str = ""
    """File with the keys of SSH servers; empty: ~/.ssh/known_hosts."""
    verify: bool | str = True
    """Whether certificates of TLS are verified, or the file with the certificates of the authorities to trust."""
    options: dict[str, Any] = Field(default_factory=dict, repr=False)
    """Options of the library that connects, by its own names."""

    @field_validator("url", "endpoint_url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if url and (problem := url_problem(url)):
            raise ValueError(f"not a valid URL: {problem}")
        if "@" in url.partition("://")[2].partition("/")[0]:
            raise ValueError("the URL has a user; write it into user, password or access_key_id")
        return url.rstrip("/") if not url.endswith("://") else url

    @field_serializer("options", when_used="json")
    def _mask(self, options: dict[str, Any]) -> dict[str, str]:
        return dict.fromkeys(options, "***")

    def secrets(self) -> frozenset[str]:
        """The secrets of this connection, which no text that leaves dampipe may contain."""
        texts = {self.secret_access_key.get_secret_value(), self.password.get_secret_value()}
        return frozenset(texts | set(_texts(self.options))) - {""}


def _texts(value: object) -> list[str]:
    """All texts of at least eight characters in options, which may be secrets."""
    if isinstance(value, str):
        return [value] if len(value) >= 8 else []
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, (list, tuple)):
        return [text for inner in value for text in _texts(inner)]
    return []
