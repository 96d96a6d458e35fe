"""The tables of IAM."""
