"""The deployment: what Celery runs."""
