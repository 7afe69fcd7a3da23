"""A very small CLIP that really is trained: for tests, the demo, and machines that cannot download a model.

`weights/` holds what open_clip loads by "local-dir:"; `train.py` made it; `evaluate.py` says how good it is.
It knows the seven shapes, ten colours and nine backgrounds of `dampipe.vision.tiny.drawing`, nothing else: whatever
it is asked, it answers with shapes. Over one compressed picture of each of the 630 scenes it puts a right one
first for every caption, full or partial, trained or held out; where N fit, more than 99 % of the first
N do.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "weights"
"""Configuration and weights, in open_clip's own layout."""
