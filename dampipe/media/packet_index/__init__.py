"""The index of a container whose file is somewhere else: where its packets are, read by ranges."""
