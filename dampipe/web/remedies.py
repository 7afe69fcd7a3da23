"""What to do next on the page, by error code, about errors of the kernel, the engines and the deployment."""

PAGE: dict[str, str] = {}
