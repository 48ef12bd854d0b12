import pytest

from agents.names import isolated, plain

HEBREW = "\u05de\u05d5\u05e0\u05d4"


def test_a_right_to_left_name_cannot_reverse_the_text_beside_it():
    assert isolated("Mona \u202erebeW") == "Mona rebeW"
    assert isolated(HEBREW) == f"\u2068{HEBREW}\u2069"


@pytest.mark.parametrize("name", ["Mona Weber", "Zoë O'Neill", "王小明", "👩‍💻 Ana"])
def test_a_left_to_right_name_is_displayed_unchanged(name):
    assert (isolated(name), plain(name)) == (name, name)
