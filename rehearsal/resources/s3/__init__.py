"""The tables of S3."""
