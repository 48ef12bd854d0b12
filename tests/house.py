"""Our own source files, read by a program: imports, private names, writers of columns, docstrings."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "console" / "models"
CREATES_OR_UPDATES = {"update", "create", "get_or_create", "update_or_create"}


def modules(package):
    return sorted(path for path in (ROOT / package).rglob("*.py"))


def name(path):
    return str(path.relative_to(ROOT))


def imports(path):
    """Yield the full names of everything imported anywhere in a module, within functions too."""
    yield from _names(path, ast.walk(_tree(path)))


def _names(path, nodes):
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(path.relative_to(ROOT).parts[: -node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _tree(path):
    return ast.parse(path.read_text(), filename=str(path))


# Arrows


def arrows():
    """Return the imports between rooms of console/models, and those between the files of one room, each as
    {(importer, imported): where}.

    A room is one module, or one package with everything in it. Each pair counts once, however many names it imports.
    The file that lists all models for others (console/models/__init__.py) imports them all and does not count. Nor do
    imports for a type checker alone.
    """
    between, within = {}, {}
    for path in modules(MODELS):
        for line, target in _models_imported(path):
            where = f"{name(path)}:{line} imports {name(target)}"
            if _room(path) != _room(target):
                between.setdefault((_room(path), _room(target)), where)
            elif path != target:
                within.setdefault((name(path), name(target)), where)
    return between, within


def _room(path):
    return path.relative_to(MODELS).parts[0].removesuffix(".py")


def _models_imported(path):
    nodes = _at_run_time(_tree(path)) if path != MODELS / "__init__.py" else []
    for node in nodes:
        for imported in _names(path, [node]):
            if imported.startswith("console.models."):
                yield node.lineno, _file(imported)


def _at_run_time(tree):
    """Yield all nodes of a tree but those under `if TYPE_CHECKING:`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            waiting += ast.iter_child_nodes(node)


def _file(imported):
    """Return the file of an imported module or package, or of a name within one of these."""
    path = ROOT.joinpath(*imported.split("."))
    if path.with_suffix(".py").exists():
        return path.with_suffix(".py")
    return path / "__init__.py" if path.is_dir() else _file(imported.rpartition(".")[0])


# Private names


def foreign_private_uses(package):
    """Yield each use of a private name of a class, `self._x` or `row._x`, outside of the file that defines it."""
    paths, homes = modules(package), {}
    for path in paths:
        for private in _private_members(_tree(path)):
            homes.setdefault(private, []).append(path)
    for path in paths:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Attribute) and path not in homes.get(node.attr, [path]):
                home = " or ".join(map(name, homes[node.attr]))
                yield f"{name(path)}:{node.lineno} uses {ast.unparse(node)} of {home}"


def _private_members(tree):
    """Yield the private names that classes define: methods, class attributes, and attributes that methods set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for part in ast.walk(node):
                yield from filter(_is_private, _defined(part))


def _defined(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
        return [ast.unparse(node).rpartition(".")[2]]
    return []


def _is_private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


# Columns


def writers(column):
    """Return {module: lines} for the modules that write this column: as an attribute, or with update() or create()."""
    paths = [path for package in ("agents", "personas", "console") for path in modules(package)]
    lines = {name(path): sorted(set(_lines_that_write(_tree(path), column))) for path in paths}
    return {module: written for module, written in lines.items() if written}


def _lines_that_write(node, column):
    """Yield the lines outside of __init__: no model has one of its own, and a refusal may remember a holder there."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.Attribute) and part.attr == column and isinstance(part.ctx, ast.Store):
            yield part.lineno
        elif isinstance(part, ast.Call) and getattr(part.func, "attr", "") in CREATES_OR_UPDATES:
            yield from (keyword.value.lineno for keyword in part.keywords if keyword.arg == column)
        if not (isinstance(part, ast.FunctionDef) and part.name == "__init__"):
            yield from _lines_that_write(part, column)


# Docstrings and comments


def docstrings(path):
    """Yield (line, text) for each docstring of a module."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(_tree(path)):
        if isinstance(node, documented) and (text := ast.get_docstring(node)):
            yield node.body[0].lineno, text


def comments(path, mark="#"):
    """Yield (line, text) for each comment that has lines of its own. Neighbouring lines are one comment."""
    begins, words = 0, []
    for number, line in enumerate([*path.read_text().splitlines(), ""], 1):
        text = line.strip()
        if text.startswith(f"{mark} "):
            begins, words = (begins, words) if words else (number, [])
            words.append(text.removeprefix(mark).strip())
        elif words:
            yield begins, " ".join(words)
            words = []


def defined_names(path):
    """Yield the names that a module gives to functions, classes, arguments, variables and attributes."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
