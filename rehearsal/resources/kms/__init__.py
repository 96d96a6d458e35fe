"""The tables of KMS."""
