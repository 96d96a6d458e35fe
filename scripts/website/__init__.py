"""Deploy, rollback and releases of the website: a plan as a value, then its apply."""
