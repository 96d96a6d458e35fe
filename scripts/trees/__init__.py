"""The repository at two commits, each planned by its own code."""
