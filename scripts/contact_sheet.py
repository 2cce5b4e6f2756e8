"""A page with every picture of a folder: `python scripts/contact_sheet.py shots` writes shots/index.html.

The pictures are those of the browser tests (`SCREENSHOTS=shots`): NAME.LANGUAGE-SCHEME-WIDTH.png, one row a page and language.
"""

import html
import re
import sys
from collections import defaultdict
from pathlib import Path

PICTURE = re.compile(r"(?P<page>.+?)(?:-(?P<scheme>light|dark))?-(?P<width>\d+)\.png")
WIDEST = 1920
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title>
<style>body{font:14px system-ui;margin:1rem;background:#777}h2{color:#fff;margin:1.5rem 0 .25rem}
div{display:flex;gap:.5rem;align-items:flex-start;flex-wrap:wrap}img{border:1px solid #444;background:#fff}</style>"""


def rows(folder: Path) -> dict[str, list[tuple[str, int, str]]]:
    """Page and language → (scheme, width, file name), by scheme and width."""
    pages: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for path in folder.glob("*.png"):
        if parts := PICTURE.fullmatch(path.name):
            pages[parts["page"]].append((parts["scheme"] or "light", int(parts["width"]), path.name))
    return {page: sorted(pictures) for page, pictures in sorted(pages.items())}


def sheet(folder: Path) -> str:
    lines = [HEAD]
    for page, pictures in rows(folder).items():
        lines.append(f"<h2>{html.escape(page)}</h2><div>")
        for scheme, width, name in pictures:
            shown = max(90, 460 * width // WIDEST)
            source = html.escape(name, quote=True)
            lines.append(
                f'<a href="{source}"><img src="{source}" width="{shown}" loading="lazy" alt="{width}, {scheme}"></a>'
            )
        lines.append("</div>")
    return "\n".join(lines)


if __name__ == "__main__":
    chosen = Path(sys.argv[1])
    (chosen / "index.html").write_text(sheet(chosen), encoding="utf-8")
    sys.stdout.write(f"{chosen / 'index.html'}: {len(rows(chosen))} pages\n")
