"""AWS as the commands reach it: credentials, signed requests, and its refusals in words."""
