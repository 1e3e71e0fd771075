"""The history of the schema; each step is frozen once it has been released."""
