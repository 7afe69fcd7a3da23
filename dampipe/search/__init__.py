"""The use case of finding: what was asked, what answers it, and spans of files made of the answer."""
