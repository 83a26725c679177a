"""Any activity: what can go wrong, in words for the user.

`str(error)` is one sentence that says what happened and what to do; the technical cause is chained with
`raise ... from cause` and belongs in the log.
"""


class StudioError(Exception):
    """Root of everything the studio raises on purpose."""


class UsageError(StudioError):
    """A request that makes no sense: a length of -3 s, an unknown option value."""


class AudioFileError(StudioError):
    """An audio file that is missing, empty, damaged or not audio."""


class ModelError(StudioError):
    """A model that is unknown, incomplete, damaged or does not fit."""


class OutputError(StudioError):
    """A file or folder that cannot be written."""


class DeviceError(StudioError):
    """An audio device that is missing or refuses to play."""
