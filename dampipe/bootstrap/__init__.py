"""Settings to wired objects: the only place that knows every adapter."""
