"""The tables of Systems Manager."""
