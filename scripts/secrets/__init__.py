"""Secrets that the YAML names: their values, and the rotation of the media user's key."""
