"""GUI thread: every widget by itself, in the states that it can be in: what `python -m widgets` opens."""
