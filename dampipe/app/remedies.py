"""The remedies of this deployment: those of the engines, and those of every feature."""

from functools import cache

from dampipe.app import engine_remedies
from dampipe.app.features import features
from dampipe.kernel.faces.remedies import CLI, PAGE, Remedies
from dampipe.kernel.feature import load_dotted


@cache
def remedies() -> Remedies:
    """All of them; loaded when the first error is worded."""
    modules = [engine_remedies, *(load_dotted(one.remedies) for one in features() if one.remedies)]
    return Remedies({face: [getattr(module, face) for module in modules] for face in (CLI, PAGE)})
