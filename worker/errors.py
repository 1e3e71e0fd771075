"""The errors of the worker; each says whether trying again can help."""


class WorkerError(Exception):
    """Base of all errors raised on purpose; ``retryable`` tells whether a later try can succeed."""

    retryable: bool = False


class ConfigError(WorkerError):
    """A configuration, lexicon, seed or baseline file is wrong; the text names file, place, reason."""


class UsageError(WorkerError):
    """The command line was used wrongly; the text names what is allowed."""


class InputError(WorkerError):
    """An input (article, gold file, feed body) cannot be read as what it should be."""


class FetchError(WorkerError):
    """A network fetch failed in a way that a later try may mend."""

    retryable = True

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None
    ):
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class FetchRefused(FetchError):
    """A fetch that must not be tried again as it stands: refused address, robots.txt, gone."""

    retryable = False


class ExtractionError(WorkerError):
    """A body could not be turned into an article (time limit, memory limit, no text)."""

    retryable = True


class DeliveryError(WorkerError):
    """A channel did not take a delivery.

    ``retryable`` is set per failure, ``disable`` asks to switch the endpoint off (HTTP 410),
    ``retry_after`` is in seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        status: int | None = None,
        retry_after: float | None = None,
        disable: bool = False,
    ):
        super().__init__(message)
        self.retryable = retryable
        self.status = status
        self.retry_after = retry_after
        self.disable = disable


class StoreError(WorkerError):
    """The database is away, locked or of another version."""

    retryable = True
