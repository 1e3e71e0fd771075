"""Tables, migrations and the store."""
