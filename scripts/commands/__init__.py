"""The options of `diceytech`'s commands, a module for each topic; what they do is beside this package."""
