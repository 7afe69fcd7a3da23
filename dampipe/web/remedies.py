"""What to do next on the page, by error code, for errors that belong to no feature.

Each remedy is a format string over the parameters of the error.
"""

PAGE: dict[str, str] = {}
