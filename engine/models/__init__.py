"""Any activity: which models there are, what they say of themselves, and their weights on disk."""
