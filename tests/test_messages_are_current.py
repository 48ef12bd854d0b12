"""The texts in locale/ are those of the sources. This needs no GNU gettext, with which `bin/messages` collects them."""

import ast
import re

import polib
import pytest
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from tests.house import ROOT

MARKS = {
    "_": 1,
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
}  # and how many texts each takes
CONSTANT = re.compile(r"""_\((["'])(.+?)\1\)""")  # an argument of a tag or of a filter
CODE = sorted(
    path for folder in ("agents", "console", "messenger", "personas") for path in (ROOT / folder).rglob("*.py")
)
PAGES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))


def in_code(path):
    """Yield (text, its plural or "") of each mark in a file."""
    marks = MARKS.copy()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            marks |= {alias.asname: MARKS[alias.name] for alias in node.names if alias.asname and alias.name in MARKS}
    for node in ast.walk(ast.parse(path.read_text())):
        count = isinstance(node, ast.Call) and marks.get(getattr(node.func, "id", ""))
        texts = [text.value for text in node.args[:count] if isinstance(text, ast.Constant)] if count else []
        if texts:
            yield texts[0], texts[1] if count == 2 else ""


def in_page(path):
    for _quote, text in CONSTANT.findall(path.read_text()):
        yield text, ""
    template = engines["django"].get_template(str(path.relative_to(ROOT / "templates"))).template
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        yield node.filter_expression.var.literal.replace("%", "%%"), ""
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        yield node.render_token_list(node.singular)[0], node.render_token_list(node.plural)[0] if node.plural else ""


@pytest.fixture(scope="module")
def texts():
    """Return {text: its plural, or ""}, of all sources. One text may be there with a plural and without."""
    pairs = [pair for path in CODE for pair in in_code(path)] + [pair for path in PAGES for pair in in_page(path)]
    return {text: plural for text, plural in sorted(pairs, key=lambda pair: bool(pair[1])) if text}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_texts_of_each_language_are_those_of_the_sources(texts, path):
    known = {entry.msgid: entry.msgid_plural for entry in polib.pofile(str(path))}
    assert known == texts, "Run bin/messages, and translate what is new: docs/languages.md"
