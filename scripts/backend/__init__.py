"""Deploy, rollback and operation of the backend on its machines."""
