"""What to do next on the command line, by error code, about errors of the kernel and the engines."""

CLI: dict[str, str] = {}
