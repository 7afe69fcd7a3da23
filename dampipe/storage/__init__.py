"""Where things are kept: the catalogue, the vectors and the blobs."""
