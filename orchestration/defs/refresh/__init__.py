"""The refresh: all stations as one job."""
