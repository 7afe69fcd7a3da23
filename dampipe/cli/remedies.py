"""What to do next on the command line, by error code, for errors that belong to no feature.

Each remedy is a format string over the parameters of the error.
"""

CLI: dict[str, str] = {
    "media.ffmpeg_unsupported": "Run `dampipe doctor` to see which ffmpeg is used; the setting `ffmpeg` selects another.",
    "media.no_encoder": "Run `dampipe doctor` to see which encoders work; the setting `ffmpeg` selects another ffmpeg.",
    "media.probe_failed": "Run `dampipe doctor`.",
    "media.proxy_unreadable": "Run `dampipe retry` to make the proxy again.",
}
