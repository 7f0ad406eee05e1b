"""The frame of the pages that people keep as files: nothing is loaded and nothing runs."""

from __future__ import annotations

from html import escape

from orchestration.safe_sheets import NOT_IN_XML

# The page may bring its own style and nothing else, whatever a text in it tries.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def web_page(title: str, style: str, body: str) -> str:
    """A whole HTML page; `title` is escaped here, `body` by whoever made it."""
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
    return NOT_IN_XML.sub("\ufffd", page)
