"""The command line: the verbs of `python main.py train`."""
