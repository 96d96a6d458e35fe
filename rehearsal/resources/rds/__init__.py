"""The tables of RDS."""
