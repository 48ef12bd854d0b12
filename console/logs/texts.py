"""Texts for the logs without anything personal: names, words of customers, tokens.

The text of an error often quotes the value at which it happened, and that of a database error the whole row.
"""

import re
import traceback

LONGEST = 300  # characters of the text of an error
QUOTED = re.compile(r"""(["'`]).*\1""")  # from the first quote to the last, as a value may contain quotes
QUERY = re.compile(r"\?\S+")  # of an address
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # they end, hide or turn a line
NAME_CODE = (AttributeError, ImportError, NameError, TypeError)  # their quotes are names of our own code


def said(error):
    """Return the text of an error without the values that it quotes."""
    line = str(error).partition("\n")[0]  # the rest of a database error is the row
    if not isinstance(error, NAME_CODE):
        line = QUOTED.sub("…", line)
    return escaped(QUERY.sub("?…", line)[:LONGEST])


def escaped(text):
    """Return a text that stays on its line: a value in it may have been chosen to look like another line."""
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def shown(value):
    """Return an argument of a line as it may stand there: an error without quotes, a row by its kind and key."""
    if isinstance(value, BaseException):
        return said(value)
    if hasattr(value, "_meta") and hasattr(value, "pk"):
        return f"{value._meta.model_name} {value.pk}"
    return value


def traced(error):
    """Return the traceback of an error and of its causes, the first cause first."""
    return "\n".join(_traced_alone(one) for one in reversed(_with_causes(error)))


def _traced_alone(error):
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"Traceback (most recent call last):\n{frames}{type(error).__name__}: {said(error)}"


def _with_causes(error):
    errors = []
    while error is not None and not any(error is known for known in errors):
        errors.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return errors
