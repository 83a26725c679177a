"""The controls of the window, one a file. They know Qt, the theme and plain values of the engine, and nothing else."""
