"""The orchestration of `cosell`: landing, stations, gates, releases and the command line.

Each folder holds one station or one seam; what is needed by several of them is
`settings` (where things lie and what the company is) and `errors` (what a person can mend).
"""
