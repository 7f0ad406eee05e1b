"""The SQL that DuckDB and Spark read alike, as rules that `make check` holds the models to."""
