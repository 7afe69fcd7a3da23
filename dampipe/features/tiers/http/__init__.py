"""Tiers over HTTP."""
