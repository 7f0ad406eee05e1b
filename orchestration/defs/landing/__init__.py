"""Landing: files become immutable batches."""
