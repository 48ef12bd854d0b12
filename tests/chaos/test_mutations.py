"""Every mutation and every shortened time limit names something that exists: of a renamed one nothing would be left."""

import ast
import inspect
import re
from importlib import import_module
from operator import attrgetter

import pytest

from tests.chaos.mutations import hardware
from tests.chaos.mutations.sitecustomize import HASTE, MUTATIONS

MADE_OF_OTHERS = "no-lease-no-claim"
CHANGES = [change for name, change in MUTATIONS.items() if name != MADE_OF_OTHERS] + [*hardware.CHANGES.items()]


@pytest.mark.parametrize(("module", "change"), CHANGES, ids=[change.__name__ for _module, change in CHANGES])
def test_a_mutation_names_only_what_its_module_has(module, change):
    names = names_in(change)
    assert names
    for name in names:
        attrgetter(name)(import_module(module))


def names_in(change):
    """Return the dotted names that a change reads or replaces in the module that it is given."""
    [given] = inspect.signature(change).parameters
    nodes = ast.walk(ast.parse(inspect.getsource(change)))
    dotted = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    return [name.partition(".")[2] for name in dotted if re.fullmatch(rf"{given}(\.\w+)+", name)]


@pytest.mark.parametrize("module", HASTE)
def test_a_shortened_time_limit_is_one_that_its_module_has(module):
    assert set(HASTE[module]) - set(vars(import_module(module))) == set()
