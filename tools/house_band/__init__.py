"""Command line: the house band, an arranger that writes jam songs and a studio that renders them stem by stem.

    python -m tools.house_band --groove DIR --soundfont FILE.sf2 --out DIR --songs 20 --seed 1 --jobs 2

The drums are human performances from the Groove MIDI Dataset (Gillick, Roberts, Engel, Eck and Bamman, "Learning to
Groove with Inverse Sequence Transformations", ICML 2019; CC BY 4.0). Bass, guitars, keys and voices are improvised by
code, and FluidSynth plays all of them on sampled instruments.

    groove.py      the drum performances, and the parts of them that train and test songs may use
    songbook.py    what a song is: key, tempo, form, line-up; planned from a seed
    harmony.py     modes, chords, progressions, voicings
    rhythm.py      rhythms written as text, swing, human inaccuracy
    drums.py, rhythm_section.py, soloists.py    the players: plan in, tracks out
    arranger.py    a plan and its players become a score
    midi.py        scores as MIDI files
    mixing.py      amplifier, levels, limiter, whole numbers
    studio.py      FluidSynth, and the song folders
"""
