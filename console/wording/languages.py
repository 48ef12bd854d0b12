"""The language of agents who have chosen none."""

from django.conf import settings
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header


def language_of_browser(accept_language):
    """Return the complete language of ours that fits this header best."""
    for asked, _weight in parse_accept_lang_header(accept_language):
        if (found := _ours(asked)) in settings.COMPLETE_LANGUAGES:
            return found
    return settings.LANGUAGE_CODE


def _ours(asked):
    try:
        return get_supported_language_variant(asked)
    except LookupError:
        return None
