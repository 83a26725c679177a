#!/bin/sh
# Makes everything that lies in bundled_models/, from the drummers and a soundfont to measured models with their cards, with
# the commands that users have. Start it again after a break, or with longer trainings: it goes on where it was.
#
#     GROOVE=groove SOUNDFONT=FluidR3_GM.sf2 YARDSTICK=score.py WORK=models-work tools/make_models.sh [STAGE …]
#
# GROOVE: the Groove MIDI Dataset v1.0.0 (MIDI only). SOUNDFONT: FluidR3 GM (Debian: fluid-soundfont-gm). YARDSTICK: score.py.
# WORK takes about 40 GB. MINUTES_GENERATOR, MINUTES_SHOW and MINUTES_SEPARATOR say how long each learns; JOBS, on how many cores
# songs are rendered and encoded.
# STAGES, in this order: songs ears latents generator shows separator measure bundle.
set -eu
PYTHON=${PYTHON:-.venv/bin/python}
JOBS=${JOBS:-2}
THREADS=${THREADS:-1}
SHOWS="barn-77 field-72 ballroom-73 arena-90"
SONGS=$WORK/songs
export DEEPDEADNET_HOME="$WORK/home"

train() { "$PYTHON" main.py train "$@"; }
audition() { "$PYTHON" -m tools.audition "$@"; }
figures() { name=$1; shift; audition "$@" | tail -n 1 > "$WORK/figures/$name.json"; }

# learn WHAT FOLDER MINUTES ARGUMENTS …: begin a training, or go on with it
learn() {
    what=$1 folder=$2 minutes=$3
    shift 3
    if [ -f "$folder/training.json" ]; then set -- "$@" --resume; fi
    train "$what" "$@" --out "$folder" --minutes "$minutes" --threads "$THREADS"
}

songs() {
    render() {
        "$PYTHON" -m tools.house_band --groove "$GROOVE" --soundfont "$SOUNDFONT" --jobs "$JOBS" "$@"
    }
    render --show house --split train --seed 1 --songs 60 --out "$SONGS/train/house"
    render --show house --split test --seed 1001 --songs 20 --out "$SONGS/test/house"
    for show in $SHOWS; do
        render --show "$show" --split train --seed 1 --songs 18 --out "$SONGS/train/$show"
        render --show "$show" --split test --seed 1001 --songs 5 --out "$SONGS/test/$show"
    done
}

ears() {
    train prepare "$SONGS/train" --out "$WORK/collection" --cut-start 0 --cut-end 0 --jobs "$JOBS"
    learn autoencoder "$WORK/ears" 60 "$WORK/collection" --recipe lap=8 refine=false --name house-band-autoencoder
}

latents() {
    for show in house $SHOWS; do
        train prepare "$SONGS/train/$show" --out "$WORK/$show/collection" --cut-start 0 --cut-end 0 --jobs "$JOBS"
        train encode "$WORK/$show/collection" --autoencoder "$WORK/ears/model" --out "$WORK/$show/latents" --jobs "$JOBS"
    done
}

generator() {
    learn generator "$WORK/house/training" "${MINUTES_GENERATOR:-90}" "$WORK/house/latents" --size quick --name house-band
}

shows() {
    for show in $SHOWS; do
        learn generator "$WORK/$show/training" "${MINUTES_SHOW:-15}" "$WORK/$show/latents" --size quick \
            --base "$WORK/house/training" --name "$show"
    done
}

separator() {
    train roundtrip "$SONGS/train/house" --autoencoder "$WORK/ears/model" --out "$WORK/decoded-train" --jobs "$JOBS"
    learn separator "$WORK/stems" "${MINUTES_SEPARATOR:-180}" "$SONGS"/train/* "$WORK/decoded-train" --name house-band-stems
}

measure() {
    mkdir -p "$WORK/figures"
    "$PYTHON" -m tools.bundle "$WORK" "$DEEPDEADNET_HOME/models"
    audition excerpts "$SONGS/test/house" --start 60 --length 60 --out "$WORK/held-out" > /dev/null
    # shellcheck disable=SC2086
    audition takes --models house-band $SHOWS --count 20 --length 60 --out "$WORK/takes" > /dev/null
    train roundtrip "$SONGS/test/house" --autoencoder house-band-autoencoder --out "$WORK/decoded" --jobs "$JOBS"
    audition excerpts "$WORK/decoded" --start 60 --length 60 --out "$WORK/decoded-excerpts" > /dev/null
    figures house-band-autoencoder closeness "$WORK/held-out" "$WORK/decoded-excerpts" --yardstick "$YARDSTICK"
    figures house-band closeness "$WORK/held-out" "$WORK/takes/house-band" --yardstick "$YARDSTICK"
    figures variety variety "$WORK/held-out" "$WORK/takes/house-band" --yardstick "$YARDSTICK"
    figures pulsing pulsing "$WORK/held-out" "$WORK/takes/house-band" --context 128
    figures originality originality "$SONGS/train/house" "$WORK/takes/house-band" --beside "$WORK/held-out"
    held_out='' made=''
    for show in $SHOWS; do
        held_out="$held_out $show=$SONGS/test/$show"
        made="$made $show=$WORK/takes/$show"
    done
    # shellcheck disable=SC2086
    figures shows shows --held-out $held_out --takes $made --yardstick "$YARDSTICK"
    figures separation separation "$SONGS/test/house" "$WORK/decoded" --models house-band-stems \
        --out "$WORK/estimates" --yardstick "$YARDSTICK"
    for model in house-band $SHOWS; do
        songs=$WORK/held-out
        [ "$model" = house-band ] || songs=$SONGS/test/$model
        audition picture "$songs" "$WORK/takes/$model" --out "$WORK/figures/$model.webp" > /dev/null
    done
}

bundle() {
    "$PYTHON" -m tools.bundle "$WORK" bundled_models
}

for stage in ${*:-songs ears latents generator shows separator measure bundle}; do
    "$stage"
done
