"""GUI thread: trainings in the window."""
