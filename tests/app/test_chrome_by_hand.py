"""What is around the work under a real mouse and real keys, on the smallest screen there may be."""

from __future__ import annotations

import json

from tests.screen import let_a_hand_use_the_window


def test_settings_and_layout_made_by_hand_are_written(tmp_path):
    let_a_hand_use_the_window("tests.app.chrome_hand", tmp_path, "-screen 0 1280x720x24")
    settings = json.loads((tmp_path / "home" / "settings.json").read_text("utf8"))
    assert (settings["theme"], settings["buffer_ms"]) == ("light", 80)
    assert settings["layout"]["models_shown"] is False
    assert settings["layout"]["takes_shown"] is True
    assert settings["layout"]["mixer_height_px"] >= 204 + 40
