"""A library to list, over each database."""

from tests.integration.metadata.conftest import shared

__all__ = ["shared"]
