"""Command line: what models are worth, measured and drawn on songs that no training heard.

    python -m tools.audition takes --models house-band --count 20 --length 60 --out TAKES
    python -m tools.audition excerpts SONGS --start 60 --length 60 --out HELD_OUT
    python -m tools.audition closeness HELD_OUT TAKES/house-band --yardstick score.py
    python -m tools.audition shows --held-out barn=DIR … --takes barn=DIR … --yardstick score.py
    python -m tools.audition variety HELD_OUT TAKES/house-band --yardstick score.py
    python -m tools.audition originality TRAINING TAKES/house-band --beside HELD_OUT
    python -m tools.audition pulsing HELD_OUT TAKES/house-band --context 128
    python -m tools.audition separation SONGS --models house-band-stems --out ESTIMATES --yardstick score.py
    python -m tools.audition picture HELD_OUT TAKES/house-band --out picture.webp

Every verb prints a table, and one JSON object last. HELD_OUT and TRAINING are folders of recordings; where a song lies
in stems, its mixture counts. The yardstick is the project's script `score.py`, given by its path.

    rendering.py     takes
    recordings.py    excerpts, and how recordings are read
    likeness.py      closeness, shows, variety: distances in the yardstick's features
    originality.py   whether a take repeats what a model was shown
    pulsing.py       levels that follow the generator's windows
    separation.py    a separator's stems against the true ones
    picture.py       spectrograms of takes and of real songs
"""
