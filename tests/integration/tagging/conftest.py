"""A library with five assets, over each database."""

from tests.integration.metadata.conftest import described, shared

__all__ = ["described", "shared"]
