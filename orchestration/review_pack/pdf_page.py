"""A review pack as PDF, typeset by Typst from `review.typ` in this process.

Typst is one package with its own fonts: no browser, no system library, no network. The document
goes in as JSON, so that no text of others is ever read as markup. PDF is tagged: tables, headings
and the words of each chart are told to a screen reader.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import resources
from typing import Any

from orchestration.pages import long_day
from orchestration.review_pack.document import Document
from orchestration.review_pack.wording import unsteered
from orchestration.safe_sheets import NOT_IN_XML

TEMPLATE = "review.typ"


def pdf_page(document: Document) -> bytes:
    """The bytes of the PDF; the same document gives the same bytes."""
    import typst

    template = resources.files("orchestration.review_pack") / TEMPLATE
    told = _plain(asdict(document))
    told["week"] = long_day(document.week_starts_on)
    told["told_up_to"] = long_day(document.day)
    with resources.as_file(template) as file:
        made = typst.compile(
            str(file), format="pdf", sys_inputs={"document": json.dumps(told, default=str)}
        )
    return bytes(made)


def _plain(value: Any) -> Any:
    """The document with every text free of what steers a reader."""
    if isinstance(value, dict):
        return {key: each if key == "svg" else _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return NOT_IN_XML.sub("\ufffd", unsteered(value))
    return value
