"""Questions as vectors: what is wanted adds up, what is not wanted is taken off, and what means nothing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

UNWANTED = 0.25
"""How much of the unwanted is taken off. Rocchio's gamma, as Salton and Buckley recommend it; with the model
`tiny` 0.15 to 0.5 do equally well ("a circle -red" finds circles that are not red 99 times in 100), and from
1.0 on what is wanted gets lost, too."""

MEANINGLESS = tuple(
    """
    blorp;xyzzy plugh;frobnicate the wug;asdf qwer zxcv;lorem ipsum dolor sit;hjkl;mimsy borogoves;zxqj vbkw;
    of the and or;wibble wobble;qqqq wwww;snark boojum;gostak distims doshes;fnord;thud grault garply;umm err hmm;
    vorpal uffish tulgey;bnmq;1f8a 77c2;etaoin shrdlu;the a an of to in;glorp zib;krz fnm;wug
    """.replace("\n", "").split(";")
)
"""Texts that describe no picture: the best that they find tells which scores mean nothing."""


def compose(
    wanted: Sequence[NDArray[np.float32]], unwanted: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """One query of shape (dimension,) and length 1 from vectors of length 1.

    The mean of what is wanted, less a quarter of the mean of what is not: Rocchio, Relevance feedback in
    information retrieval (in Salton, The SMART retrieval system, 1971), with the weight of Salton and Buckley,
    Improving retrieval performance by relevance feedback (JASIS 41, 1990). Words and pictures lie in one space
    and may be mixed.
    """
    query = np.mean(wanted, axis=0)
    query = query / max(float(np.linalg.norm(query)), 1e-12)
    if unwanted:
        query = query - UNWANTED * np.mean(unwanted, axis=0)
    return np.asarray(query / max(float(np.linalg.norm(query)), 1e-12), np.float32)
