"""A library of its own for the demo's generated clips, which must not appear in anyone's library."""

import os
from pathlib import Path

from dampipe.kernel.home import config_file


def use_separate_library(home: Path) -> None:
    """Set the environment of this process and its children so that they use a library below `home` alone.

    Settings of the config file that do not name storage (ports, the ffmpeg) still apply. Call this before the
    first `process_container()`.
    """
    file = config_file()
    if file.is_file():
        os.environ["DAMPIPE_CONFIG"] = str(file.absolute())
    os.environ |= {"DAMPIPE_HOME": str(home), "DAMPIPE_MODEL": "tiny", "DAMPIPE_VECTORS": "faiss"}
    os.environ |= dict.fromkeys(("DAMPIPE_DATABASE_URL", "DAMPIPE_BROKER_URL", "DAMPIPE_BLOBS_URL"), "")
    os.environ |= dict.fromkeys(("DAMPIPE_VECTORS_OPTIONS", "DAMPIPE_BLOBS_OPTIONS"), "{}")
