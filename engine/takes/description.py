"""Any activity: what `take.json` says: all that is to be known of a take but its sound."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.audio.writing import replaced_on_success
from engine.errors import AudioFileError
from engine.takes.stretches import Stretches

DESCRIPTION_FILE = "take.json"


@dataclass(frozen=True)
class Description:
    """A take, as it is written down.

    Attributes:
        stem_names: the stems it has, in order.
        planned_frames: how long it is to be; None where that is not known, or never.
        kept_frames: for an endless take, how much of its end is kept.
        recipe: whatever is needed to make it again, as JSON values.
        finished: nothing will be added any more.
        mix_frames: the end of the mix; None where the file says so itself.
        stretches: where there are stems; None where their file says so itself.
        created_at: when it was begun.
    """

    stem_names: tuple[str, ...] = ()
    planned_frames: int | None = None
    kept_frames: int | None = None
    recipe: dict[str, Any] = field(default_factory=dict)
    finished: bool = False
    mix_frames: int | None = None
    stretches: Stretches | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def first_frame(self) -> int:
        """The oldest frame that exists: 0 unless the take is endless."""
        return 0 if self.kept_frames is None else max(0, (self.mix_frames or 0) - self.kept_frames)

    def write(self, folder: Path) -> None:
        """Write it into a take's folder, which is made; raises OutputError."""
        values = asdict(self)
        values["created_at"] = self.created_at.isoformat()
        values["stretches"] = self.stretches.spans if self.stretches else None
        written = {name: value for name, value in values.items() if value is not None}
        with replaced_on_success(folder / DESCRIPTION_FILE) as partial:
            partial.write_text(json.dumps(written, indent=2) + "\n", encoding="utf8")

    @classmethod
    def read(cls, folder: Path) -> Description:
        """What is written in a take's folder.

        Raises:
            AudioFileError: no take lies there, or it is damaged.
        """
        path = folder / DESCRIPTION_FILE
        try:
            values = json.loads(path.read_text(encoding="utf8"))
            stretches = values.get("stretches")
            created = values.get("created_at")  # older takes do not say
            return cls(
                stem_names=tuple(str(name) for name in values["stem_names"]),
                planned_frames=_frames(values.get("planned_frames")),
                kept_frames=_frames(values.get("kept_frames")),
                recipe=dict(values["recipe"]),
                finished=bool(values["finished"]),
                mix_frames=_frames(values.get("mix_frames")),
                stretches=None if stretches is None else Stretches(tuple((int(a), int(b)) for a, b in stretches)),
                created_at=(
                    datetime.fromisoformat(created) if created else datetime.fromtimestamp(path.stat().st_mtime, UTC)
                ),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
            raise AudioFileError(f"{folder} holds no take, or a damaged one: make it again.") from cause


def _frames(value: Any) -> int | None:
    return None if value is None else int(value)
