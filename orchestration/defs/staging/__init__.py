"""The staging station."""
