"""The review pack: one page per manager and week for the Monday pipeline review.

The way of a figure: `team` says whose page it is, the modules of `sections` read the published
tables and make a `document` of facts, tables, charts and the ids behind them, and that document is
written as HTML (`html_page`), Markdown (`markdown_page`) and PDF (`pdf_page`). `writing` puts the
three side by side. Plain Python and DuckDB on `releases/current`; no Dagster, and no network.
"""
