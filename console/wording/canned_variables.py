"""Variables of canned replies: a fixed list of names, filled in by the browser for the open conversation.

A name stands in double braces: {{ customer.first_name }}. All else in a text stays as it was written.
"""

import json
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.names import plain

VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
GAPS = {  # by name: the words that stand in the reply, to be replaced by the agent, where the value is not known
    "customer.first_name": gettext_lazy("[first name]"),
    "customer.name": gettext_lazy("[name]"),
    "agent.name": gettext_lazy("[your name]"),
    "page.name": gettext_lazy("[Page]"),
}


def check_variables(text):
    """Raise ValidationError for a text with a name in double braces that is not in the list."""
    unknown = [name for name in VARIABLE.findall(text) if name.strip() not in GAPS]
    if unknown:
        known = ", ".join(f"{{{{ {name} }}}}" for name in GAPS)
        sentence = _("There is no variable “%(name)s”. You can use: %(known)s.")
        raise ValidationError(sentence % {"name": unknown[0].strip(), "known": known})


def for_composer(conversation, agent):
    """Return what the composer needs to fill in variables, as JSON."""
    return {"values": json.dumps(values(conversation, agent)), "gaps": json.dumps([str(gap) for gap in GAPS.values()])}


def values(conversation, agent):
    """Return the value of each variable in this conversation; its gap if the value is not known."""
    return {name: value or str(GAPS[name]) for name, value in _known(conversation, agent).items()}


def _known(conversation, agent):
    name = plain(conversation.customer.name).strip()
    return {
        "customer.first_name": name.partition(" ")[0],
        "customer.name": name,
        "agent.name": agent.public_name,
        "page.name": conversation.page.name,
    }
