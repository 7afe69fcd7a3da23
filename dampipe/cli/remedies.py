"""What to do next on the command line, by error code, for errors that belong to no feature.

Each remedy is a format string over the parameters of the error.
"""

CLI: dict[str, str] = {
    "settings.invalid": "Correct it in {file} or in {variable}; `dampipe config --sample` describes every setting.",
    "settings.unknown": "`dampipe config --sample` lists every setting; this one is in {file} or the environment.",
    "settings.misspelled": "Correct it in {file}; `dampipe config --sample` lists every setting.",
    "index.not_built": "A worker of the queue `index` builds it; `dampipe index rebuild` builds it at once.",
    "index.required": "A worker of the queue `index` repairs a damaged index; `dampipe index rebuild` does so at once.",
    "blob.store_full": "Free some space, then run `dampipe retry`.",
}
