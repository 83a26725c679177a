"""GUI thread, or the command line's main thread: the application around the engine."""
