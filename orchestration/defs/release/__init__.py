"""Release: what readers open."""
