"""Settings for display: values without secrets, the source of each value, and a sample file."""

import json
import os
from typing import Any

from dampipe.kernel.masking import mask_options, mask_url
from dampipe.kernel.settings.settings import Settings


def redacted(settings: Settings) -> dict[str, Any]:
    """All values by name, with passwords and keys replaced by ***."""
    values = settings.model_dump(mode="json")
    for name, value in values.items():
        if isinstance(value, str) and ("://" in value or name.endswith("_url")):
            values[name] = mask_url(value)
    if values["oidc_client_secret"]:
        values["oidc_client_secret"] = "***"
    for name in ("blobs_options", "vectors_options"):
        values[name] = mask_options(values[name])
    return values


def origin(name: str, settings: Settings) -> str:
    """The source of a value: "environment", "file" or "default"."""
    if f"DAMPIPE_{name.upper()}" in os.environ:
        return "environment"
    return "file" if name in settings.model_fields_set else "default"


def sample() -> str:
    """The text of a dampipe.toml with every setting, its description and its default, all commented out."""
    lines = [
        "# dampipe.toml: every setting, commented out, with its default.",
        "# Each can also be given as DAMPIPE_<NAME> in the environment, which wins over this file.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        if name == "home":  # not allowed in the file
            continue
        default = field.get_default(call_default_factory=True)
        if isinstance(default, str):
            value = f'"{default}"'
        elif isinstance(default, dict):
            entries = ", ".join(f"{key} = {json.dumps(entry)}" for key, entry in default.items())
            value = f"{{{entries}}}"
        elif isinstance(default, list):
            value = json.dumps(default)
        else:
            value = str(default).lower()
        lines += [f"# {field.description}", f"# {name} = {value}", ""]
    return "\n".join(lines)
