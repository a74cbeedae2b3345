"""The one exception of this package that is not Python's own."""


class Error(RuntimeError):
    """A module, a pipeline or a saved program that cannot be used.

    The message is one line, `FILE:LINE:COLUMN: error: WHAT` where there is a
    place; text that was not read from a file is `<source>`.
    """
