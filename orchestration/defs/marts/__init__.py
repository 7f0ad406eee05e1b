"""The marts station."""
