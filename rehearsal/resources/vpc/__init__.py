"""The tables of VPC."""
