"""Which assets and versions the facet index has to look at again: marked by the owners of values and facts."""
