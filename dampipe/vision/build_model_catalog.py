"""Writes the table of known models from open_clip's own lists: `python -m dampipe.vision.build_model_catalog`."""

import json
import sys

from dampipe.vision.model_catalog import TABLE, KnownModel, known_models, needs_of, spec_of


def collect() -> dict[str, KnownModel]:
    """The same table, asked of the installed open_clip."""
    from dampipe.vision.torchvision_compat import import_open_clip

    open_clip = import_open_clip()
    found: dict[str, KnownModel] = {}
    for name, tag in open_clip.list_pretrained():
        config, weights = open_clip.get_model_config(name), open_clip.get_pretrained_cfg(name, tag)
        spec = spec_of(config["vision_cfg"]["image_size"], weights) if config else None
        if spec and weights.get("hf_hub"):
            hub = weights["hf_hub"].rstrip("/")
            found[f"{name}/{tag}"] = KnownModel(hub=hub, spec=spec, needs=needs_of(config))
    return found


def main() -> None:
    """Write the table anew."""
    rows = (
        f"  {json.dumps(n)}: {m.model_dump_json(exclude_defaults=True)}" for n, m in sorted(collect().items())
    )
    TABLE.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    sys.stdout.write(f"{len(known_models())} models written to {TABLE}\n")


if __name__ == "__main__":
    main()
