"""Why a command could not run at all; single rows are `findings`, never exceptions."""


class CannotRun(Exception):
    """Nothing was changed. The message says in words what is missing or broken and where.

    The command line prints it and ends with exit code 2.
    """
