"""What to do next on the command line, by error code, for errors that belong to no feature.

Each remedy is a format string over the parameters of the error.
"""

CLI: dict[str, str] = {
    "settings.invalid": "Correct it in {file} or in {variable}; `dampipe config --sample` describes every setting.",
    "settings.unknown": "`dampipe config --sample` lists every setting; this one is in {file} or the environment.",
    "settings.misspelled": "Correct it in {file}; `dampipe config --sample` lists every setting.",
}
