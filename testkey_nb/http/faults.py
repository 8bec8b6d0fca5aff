"""What can go wrong with a request, in a word that does not depend on the client library."""

import ssl

import httpx

from testkey_nb.rows import Why


class NotConnected(httpx.ConnectError):
    """No connection came about, for a reason in words of our own, which a report can say in another language."""

    def __init__(self, why: Why) -> None:
        """Take the reason."""
        super().__init__(why)
        self.why = why


TIMEOUTS = (TimeoutError, httpx.TimeoutException)
FAULTS = (
    *(httpx.HTTPError, httpx.InvalidURL, httpx.StreamError),
    *(OSError, ValueError, ImportError),
)
_KINDS = (
    ((httpx.ConnectError,), "connect"),
    ((httpx.ProxyError,), "proxy"),
    ((httpx.DecodingError,), "encoding"),
)


def kind_of(error: Exception) -> str:
    """Name a fault in a word."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return next((word for kinds, word in _KINDS if isinstance(error, kinds)), "network")
