"""Faults that are planted into a healthy company, and what catches them."""
