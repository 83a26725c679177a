"""Any activity: which pictures there are, how they are called, and how they are written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage

from resources import theme

STATES = {
    "first-start": "The first start: no take yet, and a sentence that says what to press.",
    "generating": "A take is being made and heard already: made to here, stems ready to here.",
    "playing": "A take plays; drums lowered, vocals muted.",
    "region": "A region is chosen and looped; below the picture, all of the take.",
    "stem": "The picture of a stem.",
    "compare": "Two takes compared at the same loudness.",
    "long-names": "Six stems and a long name.",
    "more": "All that makes a take, folded out.",
    "radio": "Endless music; what has just sounded can be kept.",
    "error": "What went wrong, what to do, and the details.",
    "search": "A search among the models.",
    "export": "Export.",
    "settings": "Settings.",
    "keys": "The keys.",
    "training": "A model of one's own.",
    "folded": "Both sides folded away.",
}
"""What is to be seen, by the name of the state."""

SIZES_PX = {"1280": (1280, 720), "1920": (1920, 1080)}
KEPT_LARGE = {("1920", 1): ("playing",), ("1280", 2): ("generating",)}
"""Those that the documentation shows larger too, by size and scale; the others would weigh too much there."""
SCHEMES = ("dark", "light")


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        state: what is to be seen.
        size: a key of SIZES_PX: of the window, in pixels of the layout.
        scale: how many pixels of the screen such a pixel is wide.
        scheme: "dark" or "light".
    """

    state: str
    size: str
    scale: int
    scheme: str

    @property
    def name(self) -> str:
        """Of the file."""
        size = self.size if self.scale == 1 else f"{self.size}@{self.scale}x"
        return f"{self.state}-{size}-{self.scheme}.png"


def shots(state: str, scale: int, *, everything: bool) -> list[Shot]:
    """The pictures of a state at a scale: every one, or those that the documentation shows."""
    sizes = [
        size
        for size in (SIZES_PX if scale == 1 else ["1280"])
        if everything or (size, scale) == ("1280", 1) or state in KEPT_LARGE[size, scale]
    ]
    return [Shot(state, size, scale, scheme) for size in sizes for scheme in SCHEMES]


def write(image: QImage, path: Path) -> None:
    """As PNG with a palette: a third of the bytes, and no difference that one would see."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    size = plain.width(), plain.height()
    whole = Image.frombuffer("RGB", size, bytes(plain.constBits()), "raw", "RGB", plain.bytesPerLine(), 1)
    whole.quantize(palette=_palette(whole), dither=Image.Dither.NONE).save(path, optimize=True)


def _palette(picture: Image.Image) -> Image.Image:
    """The theme's own colours, and the best of the rest.

    The spectrogram covers most pixels, and texts and lamps few: colours that are much alike count as one, and one that
    is there a hundred times as often as another weighs ten times as much.
    """
    own = [tuple(bytes.fromhex(colour[1:])) for colour in asdict(theme.COLOURS).values()]
    alike, counts = np.unique(np.asarray(picture).reshape(-1, 3) & 0xF8, axis=0, return_counts=True)
    weighed = np.repeat(alike + 4, np.sqrt(counts).round().astype(int), axis=0)
    rest = Image.fromarray(weighed[None]).quantize(256 - len(own), Image.Quantize.MEDIANCUT).getpalette() or []
    made = Image.new("P", (1, 1))
    made.putpalette([*(channel for colour in own for channel in colour), *rest][: 3 * 256])
    return made


def write_readme(folder: Path) -> None:
    """List the pictures that there are."""
    lines = ["# The window in its states", "", "Written by `make screenshots`; do not edit.", ""]
    for state, words in STATES.items():
        found = sorted(folder.glob(f"{state}-[0-9]*.png"))
        if found:
            lines += [f"## {words}", ""]
            lines += [f"- [{path.stem}]({path.name})" for path in found]
            lines += ["", f"![{words}]({found[0].name})", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf8")
