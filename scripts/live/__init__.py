"""An environment on this machine, with its site in a browser."""
