"""The project on DuckLake, with a catalog in PostgreSQL."""
