"""The platform guide's flow against a running environment."""
