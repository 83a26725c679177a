"""What is in a folder of recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.training.folder_count import FolderCount, Found, audio_files
from app.training.wording import found_text


def write_sound(path: Path, duration_s: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.zeros((round(8000 * duration_s), 1), np.float32), 8000)


@pytest.fixture
def folder(tmp_path):
    write_sound(tmp_path / "one.wav", 2.0)
    write_sound(tmp_path / "deep" / "er" / "two.FLAC", 3.5)
    (tmp_path / "broken.mp3").write_bytes(b"no music")
    (tmp_path / "letter.txt").write_text("no audio")
    (tmp_path / ".hidden.wav").write_bytes(b"")
    return tmp_path


def test_it_counts_what_can_be_read(folder, qtbot):
    count = FolderCount(folder)
    with qtbot.waitSignal(count.counted, check_params_cb=lambda _folder, _found, all_of_it: all_of_it) as counted:
        count.start()
    count.close()
    assert counted.args == [folder, Found(recordings=2, duration_s=pytest.approx(5.5), unreadable=1), True]


def test_beside_a_mixture_are_only_its_stems(folder):
    write_sound(folder / "song" / "mixture.wav", 1)
    write_sound(folder / "song" / "drums.wav", 1)
    assert [path.name for path in audio_files(folder)] == ["broken.mp3", "one.wav", "two.FLAC", "mixture.wav"]


def test_closing_ends_it_in_the_middle(tmp_path, qtbot):
    for index in range(300):
        write_sound(tmp_path / f"{index}.wav", 0.01)
    count = FolderCount(tmp_path)
    ends: list[bool] = []
    count.counted.connect(lambda _folder, _found, all_of_it: ends.append(all_of_it))
    count.start()
    count.close()
    assert count.isFinished()
    assert not any(ends)  # it never says that this was all of it


@pytest.mark.parametrize(
    ("found", "all_of_it", "text"),
    [
        (Found(34, 18_720), True, "34 recordings · 5 h 12 min"),
        (Found(1234, 36_000), False, "1\u202f234 recordings · 10 h, still counting…"),
        (Found(2, 7200, 1), True, "2 recordings · 2 h · 1 cannot be read and will be skipped"),
        (Found(1, 60), True, "1 recording · 1 min · that is little: half an hour or more is better"),
    ],
)
def test_it_is_told_in_words(found, all_of_it, text):
    assert found_text(found, all_of_it) == text


def test_nothing_to_learn_from_is_told_with_what_to_do(tmp_path):
    assert "choose a folder" in found_text(Found(0, 0.0, 3), True)
