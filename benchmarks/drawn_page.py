"""A drawing as an SVG page: elements on white, in one style."""

from __future__ import annotations

from collections.abc import Sequence

STYLE = "text{font:12px sans-serif}.mark{text-anchor:middle;fill:#555}.line{stroke:#ddd}"
"""What every drawing has: words, and marks below an axis with their lines."""


def drawn_page(width: int, height: int, elements: Sequence[str], style: str = "") -> str:
    """The text of the page; `style` is what this drawing has beyond the others, as CSS."""
    body = "\n".join(elements)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        f'<style>{STYLE}{style}</style><rect width="100%" height="100%" fill="#fff"/>\n'
        f"{body}\n</svg>\n"
    )
