"""The models in the window: their cards, their previews through the real player, folders that are dropped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from app.models import NO_MODEL, NO_MODELS, facts_of, in_order
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.card import ModelCard, load_card, write_card
from engine.models.preview import PREVIEW_FILE, write_sound
from tests.sound import NullSink
from tests.tiny_models import write_tiny_models

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 300_000
PREVIEW_S = 4.0


def write_model(folder: Path, **about: str) -> ModelCard:
    """A model that can be shown and heard, but makes nothing."""
    folder.mkdir(parents=True)
    noise = 0.1 * np.random.default_rng(1).standard_normal((round(PREVIEW_S * SAMPLE_RATE_HZ), 2))
    write_sound(folder / PREVIEW_FILE, noise.astype(np.float32))
    return write_card(ModelCard(name=folder.name, title=folder.name.title(), kind="generator", **about), folder)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def models(home) -> Path:
    for name, day in (("barn", "1977-10-15"), ("house", ""), ("field", "1972-08-19")):
        write_model(home / "models" / name, show_date=day)
    return home / "models"


@pytest.fixture
def new_window(home, open_window, qtbot, null_sink: NullSink):
    """`new_window()`: a window that has found its models."""

    def make() -> Window:
        window = open_window(home)
        qtbot.waitUntil(lambda: window.model_count.text() != "", timeout=WAIT_MS)
        return window

    return make


@pytest.fixture
def window(models, new_window) -> Window:
    return new_window()


def names(window: Window) -> list[str]:
    return [button.card.name for button in window.picker.buttons]


def test_shows_come_by_date_after_what_is_of_no_show(window):
    assert names(window) == ["house", "field", "barn"]
    assert window.session.state.recipe.model == "house"
    assert [button.isChecked() for button in window.picker.buttons] == [True, False, False]


def test_every_card_gets_the_picture_of_its_preview(window, qtbot):
    qtbot.waitUntil(lambda: not any(button.picture.is_empty for button in window.picker.buttons), timeout=WAIT_MS)


def test_a_click_makes_a_model_the_next_takes(window, qtbot):
    qtbot.mouseClick(window.picker.buttons[1], LEFT)
    assert window.session.state.recipe.model == "field"
    window.session.change_recipe(model="barn")
    assert [button.isChecked() for button in window.picker.buttons] == [False, False, True]


def test_the_chosen_model_is_chosen_again_after_the_next_start(window, models, new_window, qtbot):
    qtbot.mouseClick(window.picker.buttons[2], LEFT)
    window.close()
    another = new_window()
    assert another.session.state.recipe.model == "barn"
    assert [button.isChecked() for button in another.picker.buttons] == [False, False, True]
    another.close()
    shutil.move(models / "barn", models.parent / "barn")
    without = new_window()
    assert without.session.state.recipe.model == "house"
    assert not without.message.isVisible()
    shutil.move(models.parent / "barn", models / "barn")
    without.files.look_for_models()
    qtbot.waitUntil(lambda: len(names(without)) == 3, timeout=WAIT_MS)
    assert without.session.state.recipe.model == "house"  # not under the hand
    without.close()
    assert new_window().session.state.recipe.model == "barn"  # nobody has chosen another


def test_a_preview_is_heard_at_once_and_ends_by_itself(window, qtbot):
    player = window.playing._player
    button = window.picker.buttons[1]
    qtbot.mouseClick(button.preview_button, LEFT)
    assert window.models.previewing.heard == "field"
    qtbot.waitUntil(lambda: (player.audition_frame or 0) > SAMPLE_RATE_HZ, timeout=WAIT_MS)
    assert button.preview_button.playing
    qtbot.waitUntil(lambda: (button.picture.fraction or 0) > 0.2)
    assert window.session.state.take is None  # it is nobody's take
    qtbot.waitUntil(lambda: window.models.previewing.heard == "", timeout=WAIT_MS)
    assert player.audition_frame is None
    assert not button.preview_button.playing
    assert button.picture.fraction is None


def test_another_preview_takes_its_place_and_a_second_press_ends_it(window, qtbot):
    first, second = window.picker.buttons[:2]
    previewing = window.models.previewing
    qtbot.mouseClick(first.preview_button, LEFT)
    qtbot.waitUntil(lambda: previewing._heard is not None, timeout=WAIT_MS)
    qtbot.mouseClick(second.preview_button, LEFT)
    assert (first.preview_button.playing, second.preview_button.playing) == (False, True)
    qtbot.waitUntil(lambda: previewing._heard_name == "field", timeout=WAIT_MS)
    heard = previewing._heard.folder
    qtbot.mouseClick(second.preview_button, LEFT)
    assert not second.preview_button.playing
    qtbot.waitUntil(lambda: not heard.exists(), timeout=WAIT_MS)  # it leaves nothing
    assert window.playing._player.audition_frame is None


def test_a_key_plays_the_preview_of_the_chosen_model(window, qtbot):
    window.models.choose("barn")
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert window.models.previewing.heard == "barn"
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert window.models.previewing.heard == ""


def test_a_broken_preview_is_told_of_and_nothing_hangs(models, new_window, qtbot):
    (models / "house" / PREVIEW_FILE).write_bytes(b"no sound at all")
    window = new_window()
    qtbot.mouseClick(window.picker.buttons[0].preview_button, LEFT)
    qtbot.waitUntil(window.message.isVisible, timeout=WAIT_MS)
    assert window.models.previewing.heard == ""
    assert window.picker.buttons[0].picture.is_empty


def test_without_models_the_window_says_how_to_get_one(new_window):
    window = new_window()
    assert window.message.sentence == NO_MODELS
    assert not window.make_bar.button.isEnabled()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    write_tiny_models(folder)
    return folder


def test_a_dropped_folder_is_checked_gets_a_preview_and_is_chosen(window, tiny, home, qtbot):
    window.models.drop([tiny / "tiny-band"])
    qtbot.waitUntil(lambda: "tiny-band" in names(window), timeout=WAIT_MS)
    card = load_card(home / "models" / "tiny-band")
    assert PREVIEW_FILE in card.files
    assert card.context_s > 0.0
    qtbot.waitUntil(lambda: window.session.state.recipe.model == "tiny-band", timeout=WAIT_MS)
    button = next(button for button in window.picker.buttons if button.card.name == "tiny-band")
    assert button.isChecked()
    qtbot.waitUntil(lambda: not button.picture.is_empty, timeout=WAIT_MS)
    assert "added" in window.message.sentence
    window.models.drop([home / "models" / "tiny-band"])  # once more
    qtbot.waitUntil(lambda: "already" in window.message.sentence, timeout=WAIT_MS)
    assert names(window).count("tiny-band") == 1


def test_a_model_that_does_not_work_is_refused_and_leaves_nothing(window, tiny, tmp_path, home, qtbot):
    broken = tmp_path / "broken"
    shutil.copytree(tiny / "tiny-band", broken)
    (broken / "dec.h5").write_bytes(b"damaged")
    values = json.loads((broken / "card.json").read_text())
    values["name"] = "broken"
    values["files"] = dict.fromkeys(values["files"], "")
    (broken / "card.json").write_text(json.dumps(values))
    window.models.drop([broken])
    qtbot.waitUntil(lambda: "dec.h5" in window.message.sentence, timeout=WAIT_MS)
    assert sorted(path.name for path in (home / "models").iterdir()) == ["barn", "field", "house"]


def test_a_folder_without_a_model_is_somebody_elses_or_refused(window, tmp_path, qtbot, monkeypatch):
    (tmp_path / "tapes").mkdir()
    with qtbot.waitSignal(window.models.recordings_dropped, timeout=WAIT_MS) as dropped:
        window.models.drop([tmp_path / "tapes"])
    assert dropped.args == [[tmp_path / "tapes"]]
    window.models.ask_folder()
    dialog = window.findChild(QFileDialog)
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("tapes")
    box = dialog.findChild(QDialogButtonBox)
    accept = next(b for b in box.buttons() if box.buttonRole(b) == QDialogButtonBox.ButtonRole.AcceptRole)
    qtbot.mouseClick(accept, LEFT)
    qtbot.waitUntil(lambda: window.message.sentence == NO_MODEL.format("tapes"), timeout=WAIT_MS)


def test_what_a_card_says():
    card = ModelCard(
        name="barn",
        title="The barn dance",
        kind="generator",
        description="Fiddles.",
        band="The House Band",
        show_date="1977-10-15",
        venue="Elder Mill",
        trained_on="9 songs",
        trained_for="2 h",
        began_with="fiddler",
        learned_s=5400.0,
        context_s=11.89,
        licence="MIT",
    )
    facts = facts_of(card)
    assert facts.lines == ("The House Band", "15 Oct 1977 · Elder Mill", "1.5 h of music · 12 s context")
    assert facts.about.splitlines() == [
        "Fiddles.",
        "Learned from: 9 songs",
        "Learned for: 2 h",
        "Began with: fiddler",
        "Invents 12 s at a time",
        "Licence: MIT",
    ]
    assert not facts.has_preview


def test_what_is_not_known_is_not_said():
    card = ModelCard(name="own", title="Own", kind="generator", trained_on="my tapes", show_date="some night")
    assert facts_of(card).lines == ("some night", "my tapes")
    assert facts_of(ModelCard(name="a", title="A", kind="generator")).lines == ()


def test_the_order_of_what_has_no_date_stays():
    cards = [
        ModelCard(name=name, title=name, kind="generator", show_date=day)
        for name, day in (("b", "1980-01-01"), ("z", ""), ("a", ""), ("c", "1970-01-01"))
    ]
    assert [card.name for card in in_order(cards)] == ["z", "a", "c", "b"]


def test_what_was_loaded_plays_on_when_the_preview_ends(window, qtbot, tmp_path):
    t_s = np.arange(20 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sine = (0.1 * np.sin(2 * np.pi * 441 * t_s)).astype(np.float32)
    soundfile.write(tmp_path / "song.wav", np.stack([sine, sine], axis=1), SAMPLE_RATE_HZ)
    window.making.import_files([tmp_path / "song.wav"])
    take = lambda: window.session.state.take  # noqa: E731
    qtbot.waitUntil(lambda: take() is not None and take().finished, timeout=WAIT_MS)
    player, before = window.playing._player, window.session.state
    window.playing.play()
    qtbot.waitUntil(lambda: player.position_frames > SAMPLE_RATE_HZ, timeout=WAIT_MS)
    window.models.toggle_preview()
    qtbot.waitUntil(lambda: (player.audition_frame or 0) > SAMPLE_RATE_HZ // 2, timeout=WAIT_MS)
    stood_at = player.position_frames
    qtbot.waitUntil(lambda: not window.transport._playing, timeout=WAIT_MS)
    after = window.session.state
    assert (after.take, after.title, after.mix) == (before.take, before.title, before.mix)
    window.models.toggle_preview()
    assert player.state == "playing"
    qtbot.waitUntil(lambda: player.position_frames > stood_at + SAMPLE_RATE_HZ // 2, timeout=WAIT_MS)
    assert player.position_frames < stood_at + 15 * SAMPLE_RATE_HZ
    window.models.toggle_preview()
    qtbot.waitUntil(lambda: (player.audition_frame or 0) > 0, timeout=WAIT_MS)
    window.playing.toggle()  # Space: the loaded take is what it is about
    assert player.audition_frame is None
    assert player.state == "playing"
    qtbot.waitUntil(lambda: window.models.previewing.heard == "", timeout=WAIT_MS)
