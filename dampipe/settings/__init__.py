"""The only reader of the environment and of dampipe.toml. Everything else takes values as arguments."""
