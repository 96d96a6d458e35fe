"""Django's PostgreSQL backend, with a password that may rotate: ENGINE "diceytech.postgresql"."""
