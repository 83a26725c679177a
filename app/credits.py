"""GUI thread: whom the studio owes what, for those who ask; README.md says the same at more length."""

from __future__ import annotations

CREDITS = (
    ("DeepDeadNet", "The DeepDeadNet authors. MIT licence", ""),
    (
        "Musika",
        "Marco Pasini and Jan Schlüter: Fast Infinite Waveform Music Generation, 2022",
        "arxiv.org/abs/2208.08706",
    ),
    ("Demucs", "Alexandre Défossez, Simon Rouard and others. MIT licence", "github.com/adefossez/demucs"),
    ("Groove MIDI Dataset", "Its drummers; Jon Gillick and others, 2019. CC BY 4.0", "magenta.tensorflow.org"),
    ("FluidR3 GM, FluidSynth", "The sound of the house band: Frank Wen, the FluidSynth team", "fluidsynth.org"),
    ("Inter", "The typeface: Rasmus Andersson. SIL Open Font License", "rsms.me/inter"),
    ("Lucide", "The icons. ISC licence, parts MIT", "lucide.dev"),
    ("Qt, PySide6", "The Qt Company. GNU LGPL 3", "pyside.org"),
    ("PyQtGraph", "Plots. MIT licence", "pyqtgraph.org"),
    ("TensorFlow, Keras", "Networks that make music. Apache licence 2.0", "tensorflow.org"),
    ("PyTorch", "Networks that take it apart. BSD licence", "pytorch.org"),
    ("NumPy, SciPy, h5py", "BSD licences", "numpy.org"),
    ("safetensors, huggingface-hub", "Hugging Face. Apache licence 2.0", "huggingface.co"),
    ("sounddevice, soundfile", "PortAudio (MIT licence) and libsndfile (GNU LGPL 2.1)", "portaudio.com"),
    ("soxr", "Another sample rate: Rob Sykes and others. GNU LGPL 2.1", "sourceforge.net/p/soxr"),
    ("Matplotlib, Pillow", "Pictures of trainings. Matplotlib licence, MIT-CMU", "matplotlib.org"),
    ("platformdirs, tqdm", "MIT licence; MPL 2.0", ""),
)
"""What, whose and under which licence, where."""
