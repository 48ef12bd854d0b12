"""Validate the template that a browser sends: it got the JSON from us, but may send other JSON."""

import json

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from console.infrastructure import uploads
from console.messenger_templates.limits import problems_of
from console.messenger_templates.payloads import cleaned

MOST = 100_000  # characters: more than ten cards have
NO_FILE = _("Choose one picture or video.")
NO_TEMPLATE = _("These cards cannot be read. Write them again.")


def template_in(text):
    """Return the template in this JSON. Raises ValidationError for a template that Facebook would refuse."""
    if len(text) > MOST:
        raise ValidationError(NO_TEMPLATE)
    try:
        template = cleaned(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ValidationError(NO_TEMPLATE) from error
    if problems := problems_of(template):
        raise ValidationError(problems)
    return template


def check_file_of(template, files):
    """Check that the template has its picture or video, and note the file's kind in it. Raises ValidationError."""
    check_kinds_for(template, [uploads.kind_of(file) for file in files])


def check_kinds_for(template, kinds):
    """Do the same as `check_file_of`, given the kinds of the files alone."""
    wanted = template["template_type"] == "media"
    if len(kinds) != wanted or not {*kinds} <= {"image", "video"}:
        raise ValidationError(NO_FILE)
    if wanted:
        template["elements"][0]["media_type"] = kinds[0]
