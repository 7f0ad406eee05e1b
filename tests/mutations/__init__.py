"""Does a test fail when a rule is wrong? Rules are broken one place at a time, and counted."""
