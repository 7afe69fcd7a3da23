"""Apple Photos: the photos of a library package, with its albums, people, favourites and edited versions."""
