"""Any activity: the colours that the engine's pictures share with the window; no Qt here."""

SPECTROGRAM = ("#0d1016", "#1a2038", "#3b2a63", "#8a2f6b", "#d9534f", "#f5a34c", "#fdf3c8")
"""From the quietest level to the loudest, perceptually rising."""
