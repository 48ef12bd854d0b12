"""The tag `constant`: what it encloses is rendered once in each language, and depends on nobody who looks."""

from django.template import engines
from django.utils import translation


def render(template, **context):
    return template.render(context)


def test_a_constant_part_shows_nothing_of_a_variable():
    template = engines["django"].from_string(
        "{% load constant %}{% constant %}<b>{{ name }}</b>{% endconstant %}{{ name }}"
    )
    assert [render(template, name=name) for name in ("Ana", "Ben")] == ["<b></b>Ana", "<b></b>Ben"]


def test_a_constant_part_is_rendered_in_each_language():
    source = "{% load constant i18n %}{% constant %}{% translate 'January' %}{% endconstant %}"
    template, shown = engines["django"].from_string(source), []
    for language in ("en", "de", "en"):
        with translation.override(language):
            shown.append(render(template))
    assert shown == ["January", "Januar", "January"]
