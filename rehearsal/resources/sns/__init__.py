"""The tables of SNS."""
