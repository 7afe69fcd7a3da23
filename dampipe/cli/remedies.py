"""What to do next on the command line, by error code, about errors of the kernel, the engines and the deployment."""

CLI: dict[str, str] = {
    "media.ffmpeg_unsupported": "Run `dampipe doctor` to see the ffmpeg in use; the setting `ffmpeg` selects another.",
    "media.no_encoder": "Run `dampipe doctor` to see which encoders work; the setting `ffmpeg` selects another ffmpeg.",
    "media.probe_failed": "Run `dampipe doctor`.",
    "media.proxy_unreadable": "Run `dampipe retry` to make the proxy again.",
}
