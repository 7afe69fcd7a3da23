"""The words that the tiny model was trained with."""

from dampipe.vision.tiny.drawing import SHAPES, captions, scenes

OPENINGS = ("a photo of", "a picture of", "a video of")
"""What a caption of the training may begin with."""
ANYTHING = "something"
"""What stands for the shape in a caption that names a colour only."""


def plural(shape: str) -> str:
    """Several of a shape.

    >>> plural("cross"), plural("star")
    ('crosses', 'stars')
    """
    return f"{shape}es" if shape.endswith("s") else f"{shape}s"


def _words() -> frozenset[str]:
    texts = [*OPENINGS, ANYTHING, "the", *map(plural, SHAPES)]
    for scene in scenes():
        texts += captions(scene.shape, scene.colour, scene.background)
    return frozenset(word for text in texts for word in text.split())


WORDS = _words()
