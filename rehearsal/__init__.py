"""The stand-in provider, its tables of AWS types, and the emulated AWS."""

from rehearsal import lazy_types

# Here, because it has to come before the first import of the program that a rehearsal runs.
lazy_types.install()
