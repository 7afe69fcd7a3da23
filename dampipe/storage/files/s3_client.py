"""Clients of S3: credentials, addresses, timeouts and retries of a connection."""

import logging
from typing import Any

import boto3
from botocore.config import Config

from dampipe.kernel.settings.connection import Connection

CONNECT_SECONDS, READ_SECONDS = 10, 60
"""Seconds until a connection is made, and between two pieces of an answer."""
ATTEMPTS = 5
"""Attempts at a request, with growing pauses; throttled ones slow the whole client down."""
CONNECTIONS = 32


def make_client(connection: Connection) -> Any:
    """A client of S3. Raises errors of botocore.

    What the connection does not say is found by AWS's own rules: environment, profile, role of the machine. Its
    `options` are those of botocore's Config.
    """
    # At the level DEBUG, botocore logs the headers of requests, and with them session tokens.
    logging.getLogger("botocore").setLevel(logging.INFO)
    session = boto3.session.Session(
        profile_name=connection.profile or None,
        aws_access_key_id=connection.access_key_id or None,
        aws_secret_access_key=connection.secret_access_key.get_secret_value() or None,
        region_name=connection.region or None,
    )
    is_elsewhere = bool(connection.endpoint_url)
    defaults = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        s3={"addressing_style": "path"} if is_elsewhere else None,
        # Checksums in trailers are AWS's own; uploads name their MD5, which every server verifies.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        signature_version="s3v4",  # presigned URLs would have an older one, which few servers take
        user_agent_extra="dampipe",
    )
    return session.client(
        "s3",
        endpoint_url=connection.endpoint_url or None,
        region_name=session.region_name or "us-east-1",
        verify=connection.verify if connection.verify is not True else None,
        config=defaults.merge(Config(**connection.options)),
    )
