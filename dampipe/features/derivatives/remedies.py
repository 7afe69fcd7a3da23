"""What to do next about errors of derivatives, by face and error code."""

CLI = {
    "derivative.not_found": "`dampipe show {sha1:.12}` lists its derivatives.",
    "derivatives.away": "Bring it back (is it mounted?), or check the setting blobs_url. If they are gone for good, "
    "`dampipe check --repair --all` makes them again.",
    "derivatives.lost": "`dampipe check --repair` makes them again.",
}
PAGE: dict[str, str] = {}
