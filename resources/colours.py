"""Any activity: the colours that the engine's pictures share with the window; no Qt here."""

SPECTROGRAM = ("#0d1016", "#1a2038", "#3b2a63", "#8a2f6b", "#d9534f", "#f5a34c", "#fdf3c8")
"""From the quietest level to the loudest, perceptually rising."""

CURVES = ("#f5a34c", "#8fa3ff", "#5cc8a8", "#f0706a", "#d58be0", "#7cc4f2")
"""Curves that are drawn into one another, in the order in which they are named."""
