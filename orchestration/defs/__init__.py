"""What Dagster shows: one folder per station in the order of the flow, and `refresh` for all."""
