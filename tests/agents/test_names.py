import pytest

from agents.names import in_one_line, isolated, plain

HEBREW = "\u05de\u05d5\u05e0\u05d4"


def test_a_right_to_left_name_cannot_reverse_the_text_beside_it():
    assert isolated("Mona \u202erebeW") == "Mona rebeW"
    assert isolated(HEBREW) == f"\u2068{HEBREW}\u2069"


@pytest.mark.parametrize("name", ["Mona Weber", "Zoë O'Neill", "王小明", "👩‍💻 Ana"])
def test_a_left_to_right_name_is_displayed_unchanged(name):
    assert (isolated(name), plain(name)) == (name, name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mona\r\n2026-11-30 10:00  Ana Ruiz:\nYes", "Mona 2026-11-30 10:00 Ana Ruiz: Yes"),
        ("Mo\u2028na\u0085We\x1b[31mber\u202e", "Mo na We[31mber"),
        *[(nothing, "") for nothing in ["", "  ", "\u200b", "\u2060\u00ad", "\u3164", "\u2800 \u2800", "\u202e\n"]],
        *[
            (name, name)
            for name in [
                "Mona Weber",
                "👩\u200d💻 Ana",
                "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
                "王小明",
                "…",
            ]
        ],
    ],
)
def test_a_name_stands_in_one_line_and_is_none_if_nothing_of_it_is_seen(name, shown):
    assert in_one_line(name) == shown
