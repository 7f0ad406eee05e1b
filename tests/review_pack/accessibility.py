"""Rules of an accessible page (WCAG 2.2, level AA), evaluated in the browser that shows it.

`violations` returns what breaks a rule, as `rule: where`. Colours are those that the browser
computed, on the nearest background that is painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = r"""
() => {
  const found = [];
  const say = (rule, element) =>
    found.push(rule + ": " + element.outerHTML.replace(/\s+/g, " ").slice(0, 120));
  const all = selector => [...document.querySelectorAll(selector)];

  if (!document.documentElement.lang) found.push("lang: html");
  if (!document.title.trim()) found.push("title: head");
  if (all("main").length !== 1) found.push("main: body");

  let before = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const level = Number(heading.tagName[1]);
    if (level > before + 1) say("heading-order", heading);
    if (!heading.textContent.trim()) say("heading-empty", heading);
    before = level;
  }
  if (all("h1").length !== 1) found.push("one-h1: body");

  for (const table of all("table")) {
    if (!table.caption || !table.caption.textContent.trim()) say("caption", table);
    if (!table.querySelector("thead th")) say("table-head", table);
    for (const row of table.tBodies[0].rows)
      if (!row.querySelector("th[scope=row]")) say("row-header", row);
  }
  for (const head of all("th")) if (!head.getAttribute("scope")) say("scope", head);
  // `display: block` ends a table for screen readers, unless its roles are written.
  for (const part of all("table, thead, tbody, tr, th, td"))
    if (getComputedStyle(part).display.startsWith("table") === false && !part.getAttribute("role"))
      say("role-lost", part);

  for (const drawing of all("svg")) {
    const names = (drawing.getAttribute("aria-labelledby") || "").split(" ");
    const words = (drawing.getAttribute("aria-describedby") || "").split(" ");
    const told = list => list.some(id => (document.getElementById(id)?.textContent || "").trim());
    if (drawing.getAttribute("role") !== "img" || !told(names) || !told(words))
      say("drawing-without-words", drawing);
  }
  for (const image of all("img")) if (!image.alt) say("image-without-words", image);
  for (const link of all("a")) {
    if (!link.textContent.trim()) say("link-empty", link);
    const target = link.getAttribute("href") || "";
    if (target.startsWith("#") && !document.getElementById(target.slice(1))) say("link-dead", link);
  }
  for (const toned of all(".good, .watch, .bad"))
    if (!toned.textContent.trim()) say("colour-alone", toned);

  const ids = all("[id]").map(each => each.id);
  for (const id of new Set(ids.filter((each, place) => ids.indexOf(each) !== place)))
    found.push("id-twice: " + id);

  const numbers = colour => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = value => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = element => {
    for (let here = element; here; here = here.parentElement) {
      const colour = numbers(getComputedStyle(here).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.textContent.trim() || element.closest("desc, title, style")) continue;
    const style = getComputedStyle(element);
    const isDrawn = element.closest("svg") !== null;
    if (isDrawn && style.fill === "none") continue;
    const ink = numbers(isDrawn ? style.fill : style.color);
    const pair = [light(ink), light(isDrawn ? [255, 255, 255] : ground(element))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    const size = parseFloat(style.fontSize), isBold = Number(style.fontWeight) >= 700;
    const needed = size >= 24 || (isBold && size >= 18.66) ? 3 : 4.5;
    if (contrast < needed) say("contrast " + contrast.toFixed(2), element);
  }
  return found;
}
"""


def violations(page: Page) -> list[str]:
    """What on the page breaks a rule."""
    return [str(each) for each in page.evaluate(RULES)]
