"""The tables of EC2."""
