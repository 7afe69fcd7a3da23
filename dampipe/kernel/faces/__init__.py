"""What the commands and endpoints of features are written with."""

API = "/api/v1"
"""Where the HTTP API is mounted. Imported without FastAPI, by clients, too."""
