"""The matching station."""
