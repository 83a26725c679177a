"""GUI thread: specimens of what the mixer is made of."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import QWidget

from engine.playback.settings import MixSettings, Strip
from widgets.channel import Channel
from widgets.fader import Fader
from widgets.figure_field import FigureField
from widgets.gain_field import GainField
from widgets.gallery.music import SIX_STEMS, STEMS
from widgets.gallery.specimen import Specimen, disabled, hovered, told
from widgets.latch import Latch
from widgets.limiter_lamp import LimiterLamp
from widgets.loudness_readout import LoudnessReadout
from widgets.master_strip import MasterStrip
from widgets.meter import Meter
from widgets.mixer_panel import MixerPanel
from widgets.numerals import decibel_text, gain_db
from widgets.pan_field import PanField
from widgets.pan_knob import PanKnob
from widgets.readout import Readout
from widgets.stem_strip import StemStrip

HEIGHT_PX = 220
MIX = MixSettings(
    (Strip(-1.5), Strip(0.0, soloed=True), Strip(-4.0, pan=-0.4), Strip(-math.inf, muted=True)), master_gain_db=-0.5
)
TALK = ("drums", "percussion and congas", "a second guitar with a long name", "voices")


def fader(gain_db: float) -> Fader:
    """A fader that stands at a gain."""
    return told(Fader("Drums", "drums"), lambda made: made.set_gain_db(gain_db))


def meter(*levels: tuple[float, float]) -> Meter:
    """A meter which has been shown peaks and averages on the left and on the right, one pair after the other."""
    made = Meter("Drums")
    for peak, rms in levels:
        made.show_levels((peak, 0.8 * peak), (rms, 0.8 * rms), 1.0)
    return made


def show_loud(meter: Meter) -> None:
    """Show a meter what is as loud as the limiter lets it be."""
    meter.show_levels((0.97, 0.9), (0.5, 0.4), 1.0)


def mixer(stems: tuple[str, ...], settings: MixSettings, loud: float = 0.5) -> MixerPanel:
    """A mixer through which music goes."""
    made = MixerPanel()
    made.set_stems(stems)
    made.set_settings(settings)
    levels = np.linspace(loud, 0.2 * loud, len(stems) + 1, dtype=np.float32)
    pair = np.stack([levels, 0.9 * levels], axis=1)
    made.show_levels(np.stack([pair, 0.35 * pair]), 1.0)
    made.show_limiting(0.4, 0.1)
    made.show_loudness(-13.2, -14.2)
    return made


def knob(pan: float) -> PanKnob:
    """A pan knob that stands somewhere."""
    return told(PanKnob("Bass", "bass"), lambda made: made.set_pan(pan))


def latch(kind: str, *, down: bool) -> Latch:
    """A button for mute or solo."""
    return told(Latch(kind[0].upper(), kind, f"{kind.capitalize()} Bass"), lambda made: made.setChecked(down))


def strip(stem: str, settings: Strip) -> StemStrip:
    """The strip of a stem."""
    return told(StemStrip(stem), lambda made: made.set_strip(settings))


def master(reduction_db: float, now_lufs: float, whole_lufs: float) -> QWidget:
    """The master's strip."""
    return told(
        MasterStrip(),
        lambda made: made.limiter_lamp.show_reduction(reduction_db, 0.1),
        lambda made: made.loudness.show_loudness(now_lufs, whole_lufs),
    )


SPECIMENS = (
    Specimen("at 0 dB", lambda: fader(0.0), height_px=HEIGHT_PX),
    Specimen("lowered", lambda: fader(-12.0), height_px=HEIGHT_PX),
    Specimen("shut", lambda: fader(-math.inf), height_px=HEIGHT_PX),
    Specimen("under the mouse", lambda: hovered(fader(0.0)), height_px=HEIGHT_PX),
    Specimen("off", lambda: disabled(fader(-6.0)), height_px=HEIGHT_PX),
    Specimen("silence", meter, height_px=HEIGHT_PX),
    Specimen("music", lambda: meter((0.5, 0.2)), height_px=HEIGHT_PX),
    Specimen("it was louder", lambda: meter((0.9, 0.3), (0.1, 0.05)), height_px=HEIGHT_PX),
    Specimen("too loud", lambda: meter((1.4, 0.7)), height_px=HEIGHT_PX),
    Specimen("limited", lambda: told(Meter("Master", clips=False), show_loud), height_px=HEIGHT_PX),
    Specimen("middle", lambda: knob(0.0)),
    Specimen("left", lambda: knob(-1.0)),
    Specimen("a little right", lambda: knob(0.3)),
    Specimen("off", lambda: disabled(knob(0.3))),
    Specimen("mute", lambda: latch("mute", down=False)),
    Specimen("mute, down", lambda: latch("mute", down=True)),
    Specimen("solo, down", lambda: latch("solo", down=True)),
    Specimen("under the mouse", lambda: hovered(latch("solo", down=False))),
    Specimen("off", lambda: disabled(latch("mute", down=False))),
    Specimen("0 dB", lambda: told(GainField("Drums"), lambda made: made.show_value(0.0))),
    Specimen("shut", lambda: told(GainField("Drums"), lambda made: made.show_value(-math.inf))),
    Specimen("middle", lambda: PanField("Drums")),
    Specimen("right only", lambda: told(PanField("Drums"), lambda made: made.show_value(1.0))),
    Specimen("what both share", lambda: FigureField("Gain", decibel_text, gain_db)),
    Specimen("at rest", lambda: Readout("limiter", "dB")),
    Specimen("lit", lambda: told(Readout("limiter", "dB"), lambda made: made.show_figure("−12.5", lit=True))),
    Specimen("at rest", LimiterLamp),
    Specimen("working", lambda: told(LimiterLamp(), lambda made: made.show_reduction(1.2, 0.1))),
    Specimen("silence", lambda: told(LoudnessReadout(), lambda made: made.show_loudness(-math.inf, -math.inf))),
    Specimen("music", lambda: told(LoudnessReadout(), lambda made: made.show_loudness(-9.8, -14.2))),
    Specimen("what all strips share", lambda: Channel("Bass", "bass"), 150, HEIGHT_PX),
    Specimen("at rest", lambda: strip("other", Strip()), 150, HEIGHT_PX),
    Specimen("muted, panned", lambda: strip("bass", Strip(-9.0, muted=True, pan=-0.7)), 150, HEIGHT_PX),
    Specimen(
        "the keys act on it",
        lambda: told(strip("vocals", Strip(2.0, soloed=True)), lambda made: made.set_chosen(True)),
        150,
        HEIGHT_PX,
    ),
    Specimen("as narrow as can be", lambda: strip("guitar", Strip(-60.0)), 96, HEIGHT_PX),
    Specimen("silence", MasterStrip, 170, HEIGHT_PX),
    Specimen("loud", lambda: master(3.4, -7.9, -8.4), 170, HEIGHT_PX),
    Specimen("no stems", lambda: mixer((), MixSettings()), 760, HEIGHT_PX),
    Specimen("four stems", lambda: mixer(STEMS, MIX), 860, HEIGHT_PX),
    Specimen("six stems", lambda: mixer(SIX_STEMS, MixSettings.unity(6)), 760, HEIGHT_PX),
    Specimen("long names, too loud", lambda: mixer(TALK, MIX, loud=1.2), 760, HEIGHT_PX),
    Specimen("off", lambda: disabled(mixer(STEMS, MIX)), 860, HEIGHT_PX),
)
