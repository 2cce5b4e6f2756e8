"""The database: engine, compiled statements, schema."""
