"""The tables of Secrets Manager."""
