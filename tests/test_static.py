"""Styles and scripts: one component per file, nothing unused, and the hashed names that production serves."""

import json
import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

ROOT = Path(__file__).parent.parent
CSS = ROOT / "static" / "css"
TOKENS, INDEX, LATER = CSS / "tokens.css", CSS / "index.css", CSS / "on-demand.css"
CONTRAST = CSS / "contrast.css"  # other values of the tokens, by a link of its own
ADMIN = CSS / "admin.css"  # in the words of Django's own pages
COMPONENTS = sorted({*CSS.glob("*.css")} - {TOKENS, CONTRAST, INDEX, LATER, ADMIN})
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
TEMPLATES = sorted({*(ROOT / "templates").rglob("*.html")} - {*(ROOT / "templates" / "admin").rglob("*.html")})
MAX_LINES = {".css": 100, ".js": 150}
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(|"
    r"\b(white|black|gray|grey|silver|red|orange|yellow|green|teal|blue|navy|purple|pink|brown)\b",
    re.IGNORECASE,
)
SIDE = re.compile(
    r"(?<![\w-])(?:left|right|(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)[\w-]*)\s*:|"
    r"(?<![\w-])(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
FOUR_SIDES = re.compile(r"(?<![\w-])(?:margin|padding|inset)\s*:\s*([^;{}]+);")
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
ELEMENT = re.compile(r"(?<![\w.#:\[-])[a-z]+(?:-[a-z]+)+")
STATE = ("is-", "has-")
PANE_WITH = re.compile(r"(?<![\w-])(\.desk|\.desk-page|\.conversation|article|body|main|nav)[^\s,]*@[^\s,]*\s+[^\s,]")
ON_DEMAND = {
    *[
        "agent-calls",
        "bulk-bar",
        "command-palette",
        "canned-replies",
        "customer-clock",
        "customer-panel",
        "device-check",
        "form-dialog",
        "home-pane",
        "label-search",
        "later-files",
        "mention-list",
        "offline-page",
        "passkey-form",
    ],
    *[
        "picture-crop",
        "picture-viewer",
        "print-button",
        "push-device",
        "reaction-choice",
        "moment-field",
        "send-later",
        "send-template",
        "template-form",
        "undo-offer",
        "voice-note",
    ],
}


def name(path):
    return path.name


def without_comments(path):
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)


def selectors(path):
    """All that stands before a brace, without at-rules such as @media."""
    found = re.findall(r"([^{};]+)\{", without_comments(path))
    return [selector.strip() for selector in found if not selector.strip().startswith("@")]


def classes(path):
    return {found for selector in selectors(path) for found in CLASS.findall(selector)}


def without_spaces(text):
    return re.sub(r"\s", "", text).replace(";}", "}")


def values(path):
    """Return the values of all properties, without the names of tokens."""
    found = re.findall(r"[\w-]+:\s([^;{}]+);", without_comments(path))
    return [re.sub(r"var\(--[\w-]+", "var(", value) for value in found]


def classes_of_pages():
    """Every class that a template gives, with a * for what it fills in."""
    found = set()
    for page in TEMPLATES:
        for given in re.findall(r'\bclass="([^"]*)"', page.read_text()):
            found |= {*re.sub(r"{{.*?}}", "*", re.sub(r"{%.*?%}", " ", given)).split()} - {"*"}
    return found


def classes_of_scripts():
    """Every class that a script looks for or sets."""
    code = "\n".join(script.read_text() for script in SCRIPTS)
    strings = re.findall(r'(?:querySelector(?:All)?|matches|closest)\??\.?\(\s*"([^"]*)"', code)
    looked_for = {found for string in strings for found in CLASS.findall(string)}
    return looked_for, {*re.findall(r'classList\.\w+\("([^"]+)"', code)}


def is_among(found, patterns):
    return any(fnmatchcase(found, pattern) or fnmatchcase(pattern, found) for pattern in patterns)


# Components


@pytest.mark.parametrize("path", [*COMPONENTS, TOKENS, CONTRAST, ADMIN, *SCRIPTS], ids=name)
def test_a_stylesheet_or_script_has_few_lines(path):
    assert len(path.read_text().splitlines()) <= MAX_LINES[path.suffix]


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_a_component_names_no_left_and_no_right_because_some_languages_are_written_the_other_way(path):
    styles = without_comments(path)
    sides = map(sides_of, FOUR_SIDES.findall(styles))
    assert not SIDE.findall(styles)
    assert not [each for each in sides if len(each) == 4 and each[1] != each[3]]


def sides_of(value):
    """Return the values of the four sides, or of fewer."""
    while (shorter := re.sub(r"\(([^()]*)\)", lambda inner: "[" + inner[1].replace(" ", "_") + "]", value)) != value:
        value = shorter
    return value.split()


@pytest.mark.parametrize("path", [*COMPONENTS, ADMIN], ids=name)
def test_colours_are_defined_only_in_the_tokens(path):
    assert [value for value in values(path) if COLOUR.search(value)] == []


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_a_component_styles_only_its_own_classes(path):
    """A part, such as row-mark, may look at the whole, row, that it stands in."""
    component = path.stem
    for found in classes(path):
        is_own = f"{found}-".startswith(f"{component}-")
        is_whole = component.startswith(f"{found}-")
        assert is_own or is_whole or found.startswith(STATE), found
    for selector in selectors(path):
        assert "#" not in selector, selector
        assert {*ELEMENT.findall(selector)} <= {component}, selector


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_no_rule_asks_what_a_whole_pane_has_for_the_look_of_its_parts(path):
    """A rule `.desk:has(…) .row` has a browser look at the styles of all rows and messages whenever one changes."""
    assert [selector for selector in selectors(path) if PANE_WITH.search(with_short_has(selector))] == []


def with_short_has(selector):
    """Return the selector with "@" for each :has(…), also for one in other brackets, and "*" for all other brackets."""
    while "(" in selector:
        selector = re.sub(r":has\([^()]*\)|:[\w-]+\([^()]*@[^()]*\)", "@", selector)
        selector = re.sub(r":[\w-]+\([^()@]*\)", "*", selector)
    return selector


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_defines_at_most_one_custom_element_named_like_its_file(path):
    assert re.findall(r'customElements\.define\("([^"]+)"', path.read_text()) in ([], [path.stem])


def imported(index):
    return re.findall(r'@import url\("([\w-]+\.css)"\) layer\((\w+)\);', without_comments(index))


def test_the_two_stylesheets_load_every_component_once_in_a_layer():
    first, later = imported(INDEX), imported(LATER)
    assert sorted(file for file, _layer in [*first, *later]) == sorted(path.name for path in [*COMPONENTS, TOKENS])
    layers = re.search(r"@layer ([\w, ]+);", without_comments(INDEX))[1].split(", ")
    assert list(dict.fromkeys(layer for _file, layer in first)) == layers
    assert {layer for _file, layer in later} == {"components"}


# Icons


def test_the_sprite_has_those_icons_that_templates_use_and_no_other():
    pages = "\n".join(page.read_text() for page in TEMPLATES)
    used = {*re.findall(r"vendor/icons\.svg' %}#([a-z0-9-]+)\"", pages)}
    assert re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "vendor" / "icons.svg").read_text()) == sorted(used)


def test_every_icon_of_a_template_is_one_of_the_sprite_and_hidden_from_screen_readers():
    use = r"""<use href="{% static 'vendor/icons.svg' %}#[^"]+" /></svg>"""
    ours = re.compile(rf'class="icon[^"]*" aria-hidden="true">{use}')
    svg = [(page.name, found) for page in TEMPLATES for found in page.read_text().split("<svg ")[1:]]
    assert len(svg) > 10
    assert [name for name, found in svg if not ours.match(found)] == []


# Nothing unused


def test_every_class_in_a_template_is_used_by_a_stylesheet_or_script():
    known = set().union(*map(classes, COMPONENTS)) | classes_of_scripts()[0]
    assert [found for found in sorted(classes_of_pages()) if not is_among(found, known)] == []


def test_every_class_in_a_stylesheet_or_script_is_used_by_a_template_or_script():
    looked_for, given = classes_of_scripts()
    wanted = set().union(*map(classes, COMPONENTS)) | looked_for
    assert [found for found in sorted(wanted) if not is_among(found, classes_of_pages() | given)] == []


@pytest.mark.parametrize("path", COMPONENTS, ids=name)
def test_every_css_token_that_a_component_uses_is_defined(path):
    defined = {token for file in [TOKENS, *COMPONENTS] for token in re.findall(r"(--[\w-]+):", file.read_text())}
    assert {*re.findall(r"var\((--[\w-]+)", path.read_text())} <= defined


def imports(path):
    """The scripts that a script imports at once or on demand."""
    return {path.parent / name for name in re.findall(r'(?:from|import\(?)\s*"\./([\w-]+\.js)"', path.read_text())}


def test_every_script_is_loaded_by_a_page_or_imported_by_such_a_script():
    pages = "\n".join(page.read_text() for page in TEMPLATES)
    found, new = set(), {ROOT / "static" / name for name in re.findall(r"static '(js/[\w-]+\.js)'", pages)}
    while new:
        found |= new
        new = {script for path in new for script in imports(path)} - found
    assert sorted(found) == SCRIPTS


# Production


HASHED = settings.STORAGES | {"staticfiles": {"BACKEND": "console.infrastructure.static_files.HashedFiles"}}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder of what production serves, and the hashed name of each file."""
    folder = tmp_path_factory.mktemp("static")
    return folder, collect(folder)


def collect(folder, **more):
    with override_settings(STATIC_ROOT=folder, STORAGES=HASHED, **more):
        call_command("collectstatic", interactive=False, verbosity=0)
    return json.loads((folder / "staticfiles.json").read_text())["paths"]


def test_scripts_import_each_other_under_their_hashed_names(collected):
    folder, names = collected
    for script in SCRIPTS:
        for imported in re.findall(r'from "\./([^"]+)"', (folder / names[f"js/{script.name}"]).read_text()):
            assert f"js/{imported}" in names.values()


@pytest.mark.skipif(not shutil.which("esbuild"), reason="esbuild is not installed")
def test_the_scripts_of_the_desk_are_one_bundle_in_production_and_some_that_are_loaded_on_demand(collected):
    folder, names = collected
    bundle = (folder / names["js/index.js"]).read_text()
    sources = "".join(script.read_text() for script in SCRIPTS)
    elements = {*re.findall(r'customElements\.define\("([\w-]+)"', sources)}
    on_demand = [name for name in names if name.startswith("js/emoji-panel-")]
    assert {name for name in elements if f'customElements.define("{name}"' not in bundle} == ON_DEMAND
    assert len(on_demand) == 1
    assert f'import("./{Path(names[on_demand[0]]).name}")' in bundle
    assert {*re.findall(r'from"\./([^"]+)"', bundle)} <= {Path(path).name for path in names.values()}


@pytest.mark.parametrize("index", [INDEX, LATER], ids=name)
def test_a_stylesheet_of_production_is_one_file_with_its_components_in_their_layers(index, collected):
    folder, names = collected
    joined = (folder / names[f"css/{index.name}"]).read_text()
    assert "@import" not in joined
    parts = {part.partition("{")[0]: without_spaces(part) for part in joined.split("@layer ")}
    for component, layer in imported(index):
        assert parts[layer].count(without_spaces(without_comments(folder / names[f"css/{component}"]))) == 1


def test_the_stylesheet_of_production_keeps_the_spaces_that_mean_something(collected):
    folder, names = collected
    joined = (folder / names["css/index.css"]).read_text()
    assert all(part in joined for part in ['content:" · "}', "@media (width < 48rem){", ".desk-pane > [inert]{"])


def test_our_own_files_are_compressed_by_brotli_too(collected):
    folder, names = collected
    own, foreign = (folder / f"{names[name]}.br" for name in ("css/index.css", "admin/css/base.css"))
    assert own.exists() and not foreign.exists()
    assert (folder / f"{names['css/index.css']}.gz").stat().st_size > own.stat().st_size


def test_files_collected_again_after_a_change_have_the_change_in_the_stylesheet(collected, tmp_path):
    folder, _names = collected
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "hint.css").write_text(".hint { color: var(--quiet); order: 7 }")
    names = collect(folder, STATICFILES_DIRS=[tmp_path, *settings.STATICFILES_DIRS])
    assert "order:7" in (folder / names["css/index.css"]).read_text()
