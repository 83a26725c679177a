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
SCHEMES = ("dark", "light")
QUALITY = 72
"""Of WebP: three pictures of every state in either theme weigh about as much as two models."""


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
        return f"{self.state}-{size}-{self.scheme}.webp"


def shots(state: str, scale: int) -> list[Shot]:
    """The pictures of a state at a scale."""
    sizes = SIZES_PX if scale == 1 else ["1280"]
    return [Shot(state, size, scale, scheme) for size in sizes for scheme in SCHEMES]


def write(image: QImage, path: Path) -> None:
    """As WebP."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    size = plain.width(), plain.height()
    whole = Image.frombuffer("RGB", size, bytes(plain.constBits()), "raw", "RGB", plain.bytesPerLine(), 1)
    whole.save(path, quality=QUALITY, method=6)


def write_readme(folder: Path) -> None:
    """List the pictures that there are."""
    lines = ["# The window in its states", "", "Written by `make screenshots`; do not edit.", ""]
    for state, words in STATES.items():
        found = sorted(folder.glob(f"{state}-[0-9]*.webp"))
        if found:
            lines += [f"## {words}", ""]
            lines += [f"- [{path.stem}]({path.name})" for path in found]
            lines += ["", f"![{words}]({found[0].name})", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf8")
