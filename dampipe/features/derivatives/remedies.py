"""What to do next about errors of derivatives, by face and error code."""

CLI = {"derivative.not_found": "`dampipe show {sha1:.12}` lists its derivatives."}
PAGE: dict[str, str] = {}
