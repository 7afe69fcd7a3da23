"""Notes: what an origin says of its files, which becomes values, collections and versions once the copies are assets."""
