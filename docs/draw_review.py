"""Draw docs/review.png and docs/who_engages.svg from a built demo company.

The page and the table are what `cosell review` and `cosell who-engages` make; only the paper around
the two widths of the page is drawn here. Needs Chromium. From the top of the clone:

    python docs/draw_review.py demo "Lena Lowry"
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from orchestration.engagement import who_engages
from orchestration.engagement_pages import who_engages_page
from orchestration.review_pack.writing import write_packs
from orchestration.settings import Home

FOLDER = Path(__file__).parent
WIDTHS = (1280, 360)
HEIGHT = 2190
COLUMNS = 104
PARTNER, QUARTER = "Skybridge", "FY2027-Q2"
PAPER = """<!doctype html><style>
body { margin: 0; padding: 28px 28px 0; display: flex; gap: 28px; width: max-content;
  background: #c3ccd6; }
img { display: block; border-radius: 10px 10px 0 0;
  mask-image: linear-gradient(#000 calc(100% - 70px), transparent); }
</style>"""
# Dark on white, so that it reads in a README of either colour.
LIGHT = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [
        *((36, 41, 47), (164, 22, 26), (20, 96, 63), (138, 75, 8)),
        *((34, 64, 95), (90, 50, 130), (27, 124, 131), (79, 93, 107)),
    ],
)
DRAWING = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>cosell who-engages, one team, partner and quarter with ids</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{width}" height="{height}"/>
</clipPath>
{lines}
</defs>
<rect width="{width}" height="{height}" fill="#ffffff"/>
<g transform="translate(14, 12)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main(home: Home, manager: str) -> None:
    """Draw both pictures."""
    (FOLDER / "who_engages.svg").write_text(terminal(home, manager), encoding="utf-8")
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        (pack,) = write_packs(home, manager, None, Path(folder))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        images = [shot(browser, pack.files["html"], width, Path(folder)) for width in WIDTHS]
        paper = Path(folder) / "paper.html"
        shown = zip(images, WIDTHS, strict=True)
        tags = [f'<img src="{image.name}" width="{width}">' for image, width in shown]
        paper.write_text(PAPER + "".join(tags), encoding="utf-8")
        page = browser.new_page(viewport={"width": sum(WIDTHS) + 84, "height": HEIGHT + 28})
        page.goto(paper.as_uri())
        page.screenshot(path=FOLDER / "review.png", full_page=True)
        browser.close()


def shot(browser: Browser, file: Path, width: int, folder: Path) -> Path:
    """The upper part of the page at one width."""
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    page.goto(file.as_uri())
    image = folder / f"{width}.png"
    page.screenshot(path=image, clip={"x": 0, "y": 0, "width": width, "height": HEIGHT})
    page.close()
    return image


def terminal(home: Home, manager: str) -> str:
    """One team, partner and quarter with its ids, as a drawing."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    typed = f"cosell who-engages --manager {manager.rsplit(maxsplit=1)[-1]} --partner {PARTNER}"
    console.print(f"[dim]$[/] [bold]{typed} --quarter {QUARTER} --ids[/]\n")
    found = who_engages(home, manager, PARTNER, QUARTER)
    console.print(who_engages_page(found, COLUMNS, with_ids=True), highlight=False)
    drawn = console.export_svg(code_format=DRAWING, theme=LIGHT, unique_id="who-engages")
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])), sys.argv[2])
