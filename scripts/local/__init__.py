"""A local AWS that stays between commands."""
