"""What to do next on the page, by error code, about errors of the kernel and the engines."""

PAGE: dict[str, str] = {}
