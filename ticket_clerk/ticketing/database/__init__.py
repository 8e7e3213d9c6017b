"""The database: engine, schema, migrations, and a repository for each table."""
