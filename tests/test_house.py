"""The house rules that a program can check: who imports whom, and what never stands in a page."""

import ast
import base64
import graphlib
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.house import ROOT, arrows, foreign_private_uses, imports, modules, name, writers

MAY_IMPORT = {
    "messenger": set(),
    "agents": set(),
    "personas": {"agents", "messenger"},
    "console": {"agents", "personas", "messenger"},
    "sandbox": {"messenger"},
}
SANDBOX_MAY_IMPORT = {
    "world": set(),
    "webhooks": {"world"},
    "graph": {"world", "webhooks"},
    "control": {"world", "webhooks", "graph"},
}
WITHOUT_DJANGO = ["messenger", "sandbox"]
OURS = {*MAY_IMPORT, "tests"}
SIGNALS = re.compile(r"^django\.(dispatch|.*signals)\b")
PAGES = sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("sandbox/static/*.html")])
SCRIPTS = sorted([*ROOT.glob("static/js/*.js"), *ROOT.glob("sandbox/static/**/*.js")])
VENDOR = ROOT / "static" / "vendor"
# These numbers go down as the rooms get better, never up.
MOST_ARROWS = {"between the rooms of console/models": 30, "within a room of console/models": 100}
MOST_PRIVATE_USES = {"agents": 0, "personas": 0, "console/models": 0}
OWNED_COLUMNS = [  # of a conversation: each is written by the module of its slice alone
    *("holder", "elsewhere_app", "held_since", "closed_at", "waiting_since", "unread", "answer_by", "is_new"),
    *("is_snoozed", "is_back"),
    *("last_words", "are_last_words_ours", "last_at"),
    *("is_controlled_elsewhere", "thread_control_at", "delivered_until", "read_until"),
    *("customer_active_at", "messaging_window_until", "ad_window_until", "human_agent_until"),
]


def dotted_name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def dependencies(package):
    """Map each module of the package to the modules of the package that it imports."""
    names = {dotted_name(path): path for path in modules(package)}
    return {
        module: {imported if imported in names else imported.rpartition(".")[0] for imported in imports(path)}
        & names.keys() - {module}
        for module, path in names.items()
    }


# Files


@pytest.mark.parametrize(
    "subject",
    [
        *["retry", "delivery", "send_queue", "reconciliation", "webhook_signature", "webhook_endpoint", "assignment"],
        *["presence", "business_hours", "timeouts", "rate_limit", "messaging_window", "thread_control"],
        *["error_catalogue", "transitions"],
    ],
)
def test_each_subject_has_a_file_of_its_name(subject):
    found = [name(path) for package in ("agents", "personas", "console", "messenger") for path in modules(package)]
    assert [path for path in found if path.endswith(f"/{subject}.py")]


FILE = re.compile(r"`((?:\w[\w.-]*/)+[\w.-]*\.(?:py|js|css|html|md|svg|yml))`")
FOLDERS = [ROOT, ROOT / "console", ROOT / "templates"]
EXAMPLE = {"console/bookmarks", "templates/bookmarks", "tests/console/test_bookmarks.py", "static/css/bookmark.css"}


@pytest.mark.parametrize("document", [*ROOT.glob("*.md"), *ROOT.glob("*/*.md")], ids=name)
def test_each_file_named_in_a_document_exists(document):
    named = [path for path in FILE.findall(document.read_text()) if not path.startswith(tuple(EXAMPLE))]
    assert [path for path in named if not any((folder / path).exists() for folder in FOLDERS)] == []


TEST = re.compile(r"\b(tests/[\w/]+\.py)::(test_\w+)")


def test_each_test_named_in_the_document_on_accessibility_exists():
    named = TEST.findall((ROOT / "docs" / "accessibility.md").read_text())
    assert len(named) > 20
    assert [f"{path}::{test}" for path, test in named if not has_test(ROOT / path, test)] == []


def has_test(path, test):
    return path.exists() and re.search(rf"^def {test}\(", path.read_text(), re.MULTILINE) is not None


OLD_WORDS = re.compile(
    r"(?<![a-z])(lane|nudge|arrival|errand|stumbled?|wishe?|pace|hurry|premature|tidy|tidie[sd]|deserted|stepping"
    r"|vanished|be_seen)s?(?![a-z_])",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "folder", [*MAY_IMPORT, "tests", "bin", "docs", "examples", "static/js", "static/css", "templates"]
)
def test_no_file_uses_a_word_that_the_glossary_replaced(folder):
    kinds = (".py", ".md", ".css", ".html", ".js")
    paths = [path for path in (ROOT / folder).rglob("*") if path.suffix in kinds and path != Path(__file__)]
    assert paths and [name(path) for path in paths if OLD_WORDS.search(path.read_text())] == []


# Floors


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_only_lower_floors(package):
    for path in modules(package):
        of_ours = {imported.split(".")[0] for imported in imports(path)} & OURS
        assert of_ours - {package} <= MAY_IMPORT[package], name(path)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_within_a_package_never_form_a_circle(package):
    """Imports that only a type checker sees count too. A circle raises `CycleError`, which names its modules."""
    graphlib.TopologicalSorter(dependencies(package)).prepare()


@pytest.mark.parametrize("folder", SANDBOX_MAY_IMPORT)
def test_folders_of_the_sandbox_import_only_lower_folders(folder):
    for path in modules(f"sandbox/{folder}"):
        parts = [imported.split(".")[1] for imported in imports(path) if imported.startswith("sandbox.")]
        assert set(parts) & SANDBOX_MAY_IMPORT.keys() - {folder} <= SANDBOX_MAY_IMPORT[folder], name(path)


@pytest.mark.parametrize("package", WITHOUT_DJANGO)
def test_messenger_and_sandbox_import_no_django(package):
    for path in modules(package):
        assert not [imported for imported in imports(path) if imported.split(".")[0] in ("django", "celery")], name(
            path
        )


@pytest.mark.parametrize("package", ["agents", "personas"])
def test_a_lower_floor_does_not_name_a_higher_one_in_strings(package):
    higher = [floor for floor in ("personas", "console") if floor not in MAY_IMPORT[package] | {package}]
    for path in modules(package):
        if "migrations" not in path.parts:
            texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
            assert not [text for text in texts for floor in higher if str(text).startswith(f"{floor}.")], name(path)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_no_module_imports_django_signals(package):
    for path in modules(package):
        assert not [imported for imported in imports(path) if SIGNALS.match(imported)], name(path)


def test_nothing_builds_a_graph_address_or_reads_an_error_code_above_messenger():
    for package in ("agents", "personas", "console"):
        for path in modules(package):
            code = path.read_text()
            assert "graph.facebook.com" not in code or path.name == "settings.py", name(path)
            assert not re.search(r"\berror\.(code|subcode)\b", code), name(path)


def test_no_test_imports_from_the_file_of_another():
    """Shared words stand in a conftest, or in a module beside it."""
    for path in modules("tests"):
        assert not [imported for imported in imports(path) if re.match(r"tests\.(\w+\.)*test_", imported)], name(path)


def test_no_two_fixtures_of_a_whole_session_have_one_name():
    """The first test of a process decides which one of the same name all others get."""
    found = re.compile(r'@pytest.fixture\(scope="session"[^)]*\)\ndef (\w+)').findall
    names = [name for file in sorted((ROOT / "tests").rglob("*.py")) for name in found(file.read_text())]
    assert "browser_type_launch_args" in names
    assert sorted({name for name in names if names.count(name) > 1}) == []


# Rooms


def test_packages_of_the_models_import_few_others():
    between, within = arrows()
    report = "\n".join(sorted([*between.values(), *within.values()]))
    counts = dict(zip(MOST_ARROWS, map(len, (between, within)), strict=True))
    assert not [place for place, count in counts.items() if count > MOST_ARROWS[place]], f"{counts}\n{report}"


@pytest.mark.parametrize("package", MOST_PRIVATE_USES)
def test_a_private_name_is_used_only_in_the_file_that_defines_it(package):
    uses = sorted(foreign_private_uses(package))
    assert len(uses) <= MOST_PRIVATE_USES[package], "\n".join([str(len(uses)), *uses])


@pytest.mark.parametrize("column", OWNED_COLUMNS)
def test_one_module_alone_writes_a_column_of_the_conversation(column):
    found = writers(column)
    assert len(found) == 1, found


# Pages


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and every script's and style's own text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.inside, self._open = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._open = tag

    def handle_endtag(self, tag):
        self._open = None

    def handle_data(self, text):
        if self._open in ("script", "style") and text.strip():
            self.inside.append(text)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_template_has_inline_script_or_style(page):
    page = Tags(page.read_text())
    assert page.inside == []
    for tag, attributes in page.tags:
        assert tag != "style"
        assert tag != "script" or "src" in attributes
        assert not [given for given in attributes if given == "style" or given.startswith(("on", "hx-on"))]
        assert not [value for value in attributes.values() if re.match(r"\s*(js|javascript):", value or "", re.I)]
        assert "[" not in (attributes.get("hx-trigger") or "")  # a filter would need eval


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_template_refers_to_another_host(page):
    for _tag, attributes in Tags(page.read_text()).tags:
        named = [attributes.get(attribute) or "" for attribute in ("src", "href", "action")]
        assert not [address for address in named if re.match(r"(https?:)?//", address)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_htmx_link_and_form_works_without_scripts(page):
    for tag, attributes in Tags(page.read_text()).tags:
        assert tag != "a" or "hx-get" not in attributes or attributes["href"] == attributes["hx-get"]
        assert "hx-post" not in attributes or (tag, attributes["action"]) == ("form", attributes["hx-post"])
        assert tag != "form" or "hx-post" not in attributes or attributes["method"] == "post"


def test_no_template_or_code_marks_text_as_safe():
    trusted = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off")
    assert not [name(page) for page in PAGES if trusted.search(page.read_text())]
    for package in ("agents", "personas", "console"):
        for path in modules(package):
            calls = {imported.rpartition(".")[2] for imported in imports(path)}
            assert not calls & {"mark_safe", "SafeString", "SafeText"}, name(path)


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_no_script_needs_eval_or_writes_style_attributes(script):
    code = script.read_text()
    assert not re.search(r"\beval\(|new Function\(|setAttribute\(\s*[\"'](style|on\w+)|document\.write", code)


# Files of others


def test_vendored_files_match_the_hashes_in_versions():
    lines = [line.split() for line in (VENDOR / "VERSIONS").read_text().splitlines() if not line.startswith("#")]
    for file, _package, _version, expected in filter(None, lines):
        assert base64.b64encode(hashlib.sha384((VENDOR / file).read_bytes()).digest()).decode() == expected
    assert {path.name for path in VENDOR.glob("*.*") if path.suffix != ".LICENSE"} == {
        line[0] for line in lines if line
    }
