"""What to do next on the command line, by error code, about errors of the kernel, the engines and the deployment."""

CLI: dict[str, str] = {
    "blob.store_full": "Free some space, then run `dampipe retry`.",
    "index.not_built": "A worker of the queue `index` builds it; `dampipe index rebuild` builds it at once.",
    "index.required": "A worker of the queue `index` repairs a damaged index; `dampipe index rebuild` does so at once.",
    "media.ffmpeg_unsupported": "Run `dampipe doctor` to see the ffmpeg in use; the setting `ffmpeg` selects another.",
    "media.no_encoder": "Run `dampipe doctor` to see which encoders work; the setting `ffmpeg` selects another ffmpeg.",
    "media.probe_failed": "Run `dampipe doctor`.",
    "media.proxy_unreadable": "Run `dampipe retry` to make the proxy again.",
    "settings.invalid": "Correct it in {file} or in {variable}; `dampipe config --sample` describes every setting.",
    "settings.misspelled": "Correct it in {file}; `dampipe config --sample` lists every setting.",
    "settings.unknown": "`dampipe config --sample` lists every setting; this one is in {file} or the environment.",
}
