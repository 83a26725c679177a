"""Command line: the house band, an arranger that writes jam songs and a studio that records them stem by stem.

    python -m tools.house_band --groove DIR --soundfont FILE.sf2 --out DIR --songs 20 --seed 1 --jobs 2

The drums are human performances from the Groove MIDI Dataset (Gillick, Roberts, Engel, Eck and Bamman, "Learning to
Groove with Inverse Sequence Transformations", ICML 2019; CC BY 4.0). Bass, guitars, keys and voices are improvised by
code. FluidSynth plays the instruments on samples; the voices are sung by formant synthesis.

    shows.py          the nights: line-up, tempo range, modes, room, tape, audience
    groove.py         the drum performances, and the parts of them that train and test songs may use
    songbook.py       what a song is: key, tempo, feel, line-up; planned from a seed
    form.py           theme, verses, choruses, jams that build and fall, endings; who plays where, and how hard
    harmony.py        modes, chords, progressions, passing chords, voice leading
    rhythm.py         rhythms written as text, swing, human inaccuracy
    melody.py         tunes: lines of syllables that are sung, or played as a theme
    improvising.py    solos: phrases that ask and answer, motifs, licks
    expression.py     bends, vibrato, swells, the rotating loudspeaker
    drums.py, bass.py, rhythm_guitar.py, lead.py, keys.py, voices.py    the players: plan in, tracks out
    arranger.py       a plan and its players become a score
    score.py, midi.py    notes, controls and bends; the same as MIDI files
    singers.py        the vocal tracks sung with formants
    amplifier.py, spaces.py, tape.py, audience.py    what lies between the players and the listener
    mixing.py         levels, limiter, whole numbers
    session.py        one song on its way through the studio
    studio.py         FluidSynth, and the song folders
"""
