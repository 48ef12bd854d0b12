"""Live updates in the language of each reader: a piece is rendered once in each language that is read."""

from collections import defaultdict

from django.utils.translation import get_language


def once_in_each_language(render):
    """Return a function that returns what `render` does in the active language, without rendering it again."""
    rendered = {}

    def piece():
        language = get_language()
        if language not in rendered:
            rendered[language] = render()
        return rendered[language]

    return piece


def by_language(listeners):
    """Return {language: listeners}."""
    found = defaultdict(list)
    for listener in listeners:
        found[listener.rights.language].append(listener)
    return found
