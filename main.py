"""The door: no arguments open the window; a verb is the command line."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Open the window or run a command; return the exit status."""
    multiprocessing.freeze_support()  # the packaged program's worker processes begin here too
    if len(sys.argv) == 1:
        from app import program

        return program.run()
    from app.command_line.commands import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
