"""The kernel: what all layers share. It imports no other package of dampipe."""
