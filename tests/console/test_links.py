"""Addresses and numbers in texts become links, and nothing else does."""

import re

import pytest

from console.links import linked

LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        (
            "See https://example.com/a?b=1&c=2.",
            "https://example.com/a?b=1&amp;c=2",
            "https://example.com/a?b=1&amp;c=2",
        ),
        ("(http://example.com)", "http://example.com", "http://example.com"),
        ("https://de.wikipedia.org/wiki/Tee_(Getränk)!", "https://de.wikipedia.org/wiki/Tee_(Getränk)", None),
        ("Go to www.example.com, please", "https://www.example.com", "www.example.com"),
        ("HTTPS://EXAMPLE.COM/A", "HTTPS://EXAMPLE.COM/A", "HTTPS://EXAMPLE.COM/A"),
        ("mona.weber+tea@example.co.uk.", "mailto:mona.weber+tea@example.co.uk", "mona.weber+tea@example.co.uk"),
        ("Call +49 (0)30 1234567 today", "tel:+49301234567", "+49 (0)30 1234567"),
        ("+1 555-123-4567", "tel:+15551234567", "+1 555-123-4567"),
        ("030 123 45 67", "tel:0301234567", "030 123 45 67"),
        ("0171/1234567", "tel:01711234567", "0171/1234567"),
        ("01711234567", "tel:01711234567", "01711234567"),
        ("(555) 123-4567", "tel:5551234567", "(555) 123-4567"),
    ],
)
def test_a_url_or_phone_number_in_a_text_becomes_a_link(text, address, words):
    [(found, shown)] = LINK.findall(linked(text))
    assert (found, shown) == (address, words or address)


@pytest.mark.parametrize(
    "text",
    [
        "It costs 1.299,00 € or 10 000 000 EUR",
        "+10 000 000 €",
        "0 800 000 USD",
        "EUR 0800 000000",
        "$555.123.4567",
        "Order 1234567890, parcel 00340434161094042557",
        "On 29.11.2026, 05-11-2026, 05/11/2026 or 2026-11-29 at 08:30",
        "IBAN DE89 3704 0044 0532 0130 00",
        "javascript:alert(1) data:text/html,x file:///etc/passwd ftp://example.com",
        "http:// and https://. and www. and a@b and @mona",
        "version 1.2.3.4 and 0.5 and 3:1",
    ],
)
def test_a_price_date_or_order_number_does_not_become_a_link(text):
    assert "<a" not in linked(text)


def test_a_text_with_links_is_escaped_around_and_inside_them():
    html = linked("<b>https://x.de/\"onmouseover=alert(1)</b> & <script>https://y.de/'><img src=x></script>")
    assert re.sub(r"</?a[^<>]*>", "", html).count("<") == 0
    assert "onmouseover" not in "".join(re.findall(r"<a [^>]*>", html))


def test_a_link_in_a_text_sends_no_referrer_and_opens_in_a_new_tab():
    assert 'rel="noopener noreferrer nofollow" target="_blank"' in linked("https://example.com")
    assert "target" not in linked("+49 30 1234567")


def test_direction_override_characters_end_a_link():
    [(address, _words)] = LINK.findall(linked("https://example.com/\u202egpj.exe"))
    assert address == "https://example.com/"


def test_finding_links_is_fast_for_pathological_texts():
    for text in ("a." * 10_000, "+1 " * 7_000, "www." * 5_000, "0" * 20_000, "https://" + "(" * 20_000, "a@" * 10_000):
        linked(text)
