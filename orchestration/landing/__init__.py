"""Landing: files become immutable Parquet batches, rows that cannot be read go to quarantine."""
