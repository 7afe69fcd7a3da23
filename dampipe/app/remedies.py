"""What a person does next about an error, in the terms of one face."""

from collections.abc import Mapping

from dampipe.app.features import features
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.feature import load_dotted


def remedy(error: DampipeError, face: str, own: Mapping[str, str]) -> str:
    """The remedy in the face's own terms where it has one, else that which holds in every face.

    face: the name of the table in the features' `remedies` modules, `CLI` or `PAGE`. own: the face's table
    for errors of the kernel and the engines.
    """
    if not error.code:
        return error.hint
    tables = [own, *(getattr(load_dotted(one.remedies), face) for one in features() if one.remedies)]
    text = next((table[error.code] for table in tables if error.code in table), None)
    return error.hint if text is None else text.format_map(error.parameters)
