"""What the window is dressed in: colours, sizes, type, icons."""
