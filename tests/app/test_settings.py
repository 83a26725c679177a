"""What the user has set is found again, whatever has become of the file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import Layout, Settings, SettingsStore
from engine.export.choices import ExportChoices

CHANGED = Settings(
    device="Scarlett 2i2 USB",
    buffer_ms=80,
    threads=2,
    takes_folder=Path("/music/takes"),
    export_folder=Path("/music/für später"),
    theme="light",
    model="barn",
    export=replace(ExportChoices(), what="both", format="flac24"),
    layout=Layout(
        (1600, 1000), maximised=True, models_shown=False, takes_shown=False, mixer_height_px=300, making_open=True
    ),
)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "home" / "settings.json"


@pytest.fixture
def store(qapp, path):
    return SettingsStore(path)


def test_without_a_file_they_are_as_usual(store, path):
    assert store.settings == Settings()
    store.close()
    assert not path.exists()


def test_every_setting_is_found_again(store, path):
    store.change(**{name: getattr(CHANGED, name) for name in vars(CHANGED)})
    store.close()
    assert SettingsStore(path).settings == CHANGED
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_changes_are_written_by_themselves_and_told_by_name(store, path, qtbot):
    with qtbot.waitSignal(store.changed) as told:
        store.change(theme="light", buffer_ms=store.settings.buffer_ms)
    assert told.args == ["theme", "light"]
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: json.loads(path.read_text("utf8"))["theme"] == "light")
    with qtbot.assertNotEmitted(store.changed):
        store.change(theme="light")
    store.close()


def test_the_layout_changes_in_parts(store):
    store.change_layout(takes_shown=False)
    store.change_layout(mixer_height_px=250)
    assert store.settings.layout == Layout(takes_shown=False, mixer_height_px=250)
    store.close()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1, 2]", "null", '"dark"', '{"theme": 7, "layout": [], "export": 3, "unheard of": 1}', "\udcff"],
)
def test_a_broken_file_means_the_usual_settings(qapp, path, content):
    path.parent.mkdir()
    path.write_bytes(content.encode("utf8", "surrogateescape"))
    assert SettingsStore(path).settings == Settings()


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("device", 3),
        ("device", ""),
        ("buffer_ms", 41),
        ("buffer_ms", "40"),
        ("buffer_ms", 40.0),
        ("threads", 0),
        ("threads", True),
        ("threads", 1e9),
        ("takes_folder", "relative/folder"),
        ("export_folder", "/a\0b"),
        ("export_folder", None),
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("model", ""),
        ("model", 7),
        ("layout", {"size_px": [1600]}),
        ("layout", {"size_px": "big"}),
        ("layout", {"size_px": [-5, 10]}),
        ("layout", {"maximised": "yes"}),
        ("layout", {"mixer_height_px": 1e300}),
    ],
)
def test_a_bad_value_is_as_usual_and_the_others_stay(name, bad):
    values = CHANGED.to_json() | {name: bad}
    expected = replace(CHANGED, **{name: getattr(Settings(), name)})
    assert Settings.from_json(values) == expected


def test_a_bad_part_of_the_layout_leaves_the_others():
    values = CHANGED.to_json()
    values["layout"]["size_px"] = "big"
    assert Settings.from_json(values).layout == replace(CHANGED.layout, size_px=Layout().size_px)


def test_what_cannot_be_written_is_told_once(qapp, tmp_path, qtbot):
    (tmp_path / "home").write_text("a file where a folder should be")
    store = SettingsStore(tmp_path / "home" / "settings.json")
    with qtbot.waitSignal(store.failed) as told:
        store.change(theme="light")
    assert told.args[0].startswith("The settings cannot be remembered.")
    with qtbot.assertNotEmitted(store.failed):
        store.change(theme="dark")
        store.close()
        qapp.processEvents()


def test_takes_lie_in_the_studios_folder_until_another_is_chosen(home):
    assert Settings().takes_folder == home / "takes"
