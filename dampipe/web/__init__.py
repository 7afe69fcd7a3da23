"""The web server: the HTTP API of all features, and the page."""
