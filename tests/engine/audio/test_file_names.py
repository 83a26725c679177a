"""Names of files and folders that any system allows."""

from __future__ import annotations

from engine.audio.file_names import file_name


def test_titles_become_names_that_any_system_allows():
    assert file_name('Jam: "one" <two> | three?') == "Jam one two three"
    assert file_name("con") == "_con"
    assert file_name("LPT1.backup") == "_LPT1.backup"
    assert file_name(" .hidden. ") == "hidden"
    assert file_name("///") == "take"
    assert file_name("Größe “Ω” 日本") == "Größe “Ω” 日本"
    assert len(file_name("日" * 300).encode()) <= 180
