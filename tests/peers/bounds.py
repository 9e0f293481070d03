"""How long tests before real servers wait, and what they raise then."""
import os

DEADLINE_S = float(os.environ.get("LOGIO_TEST_DEADLINE_S", "120"))


class Failure(AssertionError):
    """Something did not happen in time, or a server or a program said no."""
