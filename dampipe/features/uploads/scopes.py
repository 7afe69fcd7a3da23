"""The scope of uploads. It is in a file of its own, since the manifest imports it."""

from typing import Final

from dampipe.kernel.access import Role, Scope

UPLOAD: Final = Scope("upload", "Upload files into managed sources.", Role.EDITOR)
