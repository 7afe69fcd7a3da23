"""Restoring: a storage is asked for files that it has archived; runs that have waited for them are continued."""
