"""README's picture, from those of `make shots`: `python scripts/journey_picture.py shots docs/journey.png`."""

import sys
from pathlib import Path

from PIL import Image

PAGES = ("icart-entry", "first-sign_in", "new_password", "first-mail", "portal-home")
WIDTH, HEIGHT, GAP, GROUND = 300, 620, 16, "#dcd9d0"


def picture(folder: Path) -> Image.Image:
    """The top of each page as on a phone, side by side."""
    whole = Image.new("RGB", (GAP + len(PAGES) * (WIDTH + GAP), HEIGHT + 2 * GAP), GROUND)
    for place, name in enumerate(PAGES):
        with Image.open(folder / f"{name}.fr-light-360.png") as page:
            shown = page.convert("RGB").resize(
                (WIDTH, page.height * WIDTH // page.width), Image.Resampling.LANCZOS
            )
        whole.paste(shown.crop((0, 0, WIDTH, min(HEIGHT, shown.height))), (GAP + place * (WIDTH + GAP), GAP))
    # Of 256 colours, those of small areas are kept too.
    return whole.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


if __name__ == "__main__":
    picture(Path(sys.argv[1])).save(sys.argv[2], optimize=True)
