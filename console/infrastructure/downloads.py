"""Downloads from addresses that strangers chose, with limits for size, type and host."""

from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext_noop as _
from requests_hardened import Config, HTTPSession

from console.infrastructure import http_deadline
from messenger.media_types import sniff
from personas.files import SHOWN

MAX_BYTES = 25 * 1024 * 1024  # Facebook's limit for an attachment
TIMEOUT = (3.05, 60)  # s, to connect and for the whole file
SERVER_ERROR = 500
NO_ANSWER = _("The file could not be fetched: its server did not answer.")
GONE = {403: "access to it has ended", 404: "it is no longer there", 410: "it is no longer there"}


class DownloadError(Exception):
    """A download failed. The text is a sentence that says why.

    is_passing: a retry may succeed.
    """

    def __init__(self, sentence, *, is_passing=False):
        super().__init__(sentence)
        self.is_passing = is_passing


def fetch(url, kinds=None):
    """Fetch a file and return it as ContentFile. kinds: allowed types, such as "image" for any image/*."""
    try:
        with _session(url).get(url, stream=True, timeout=TIMEOUT) as response:
            response.raise_for_status()
            if response.is_redirect:
                raise DownloadError(_("The file could not be fetched: it has moved."))
            content = _content(response)
            _check_kind(sniff(content), kinds)
            return ContentFile(content, name="file")
    except (requests.ConnectionError, requests.Timeout) as error:
        raise DownloadError(NO_ANSWER, is_passing=True) from error
    except (requests.RequestException, ValueError) as error:
        raise DownloadError(_reason(error), is_passing=_status(error) >= SERVER_ERROR) from error


def _check_kind(media_type, kinds):
    if kinds and (media_type not in SHOWN or media_type.split("/")[0] not in kinds):
        raise DownloadError(f"Expected {' or '.join(kinds)}, got {media_type}.")


def _status(error):
    response = getattr(error, "response", None)
    return 0 if response is None else response.status_code


def _reason(error):
    status = _status(error)
    other = f"its server answered {status}" if status else "no such address"
    return f"The file could not be fetched: {GONE.get(status, other)}."


def _content(response):
    content = bytearray()
    for chunk in response.iter_content(64 * 1024):
        content += chunk
        if len(content) > MAX_BYTES:
            raise DownloadError(_("The file is larger than 25 MB."))
    return bytes(content)


def _session(url):
    """Return a session that refuses private addresses, also after a redirect or a DNS look-up, and endless answers.

    The host of GRAPH_API_URL is exempt: the sandbox may have a private address.
    """
    address, graph = urlsplit(url), urlsplit(settings.GRAPH_API_URL)
    is_graph = (address.scheme, address.netloc) == (graph.scheme, graph.netloc)
    config = Config(
        default_timeout=TIMEOUT,
        never_redirect=is_graph,
        ip_filter_enable=not is_graph,
        ip_filter_allow_loopback_ips=False,
    )
    return http_deadline.limited(HTTPSession(config))
