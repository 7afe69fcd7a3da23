"""Google Takeout: photographs and films in the parts of an export, and the JSON files that describe them."""
