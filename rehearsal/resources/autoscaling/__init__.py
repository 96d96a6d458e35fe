"""The tables of auto scaling."""
