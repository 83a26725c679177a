"""Any activity: which pictures there are, how they are called, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

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
LARGE_STATES = ("generating", "playing", "long-names")
"""Those that the documentation also shows in full size and at 200 %."""
SCHEMES = ("dark", "light")
COLOURS = 160


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
    """The pictures of a state at a scale."""
    if scale == 1:
        sizes = ["1280", "1920"] if everything or state in LARGE_STATES else ["1280"]
    else:
        sizes = ["1280"] if everything or state in LARGE_STATES else []
    return [Shot(state, size, scale, scheme) for size in sizes for scheme in SCHEMES]


def write(image: QImage, path: Path) -> None:
    """As PNG with a palette: a third of the bytes, and no difference that one would see."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    row_bytes = plain.bytesPerLine()
    whole = Image.frombuffer(
        "RGB", (plain.width(), plain.height()), bytes(plain.constBits()), "raw", "RGB", row_bytes, 1
    )
    few = whole.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


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
