"""The log-in, and the page to which it leads."""

import pytest

PASSWORD = "correct-horse-battery"


@pytest.fixture
def log_in(client, ana):
    """Log in as Ana on the way to an address; return the address to which the answer leads."""
    ana.set_password(PASSWORD)
    ana.save()

    def log_in(address):
        given = {"username": ana.username, "password": PASSWORD, "next": address}
        return client.post("/login/", given)["Location"]

    return log_in


def test_a_log_in_leads_to_the_page_that_was_asked_for(log_in):
    assert log_in("/canned-replies/?q=tea") == "/canned-replies/?q=tea"


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_log_in_leads_to_no_other_server(address, log_in):
    assert log_in(address) == "/"


@pytest.mark.parametrize("address", ["/login/", "/login/?next=/login/", "/login/?next=/"])
def test_a_log_in_does_not_lead_to_itself(address, log_in, client):
    assert log_in(address) == "/"
    answer = client.get("/login/", {"next": address})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_verb_of_a_visitor_leads_to_a_log_in_that_does_not_return_to_its_address(db, client):
    assert client.post("/preferences/")["Location"] == "/login/"
    assert client.get("/canned-replies/")["Location"] == "/login/?next=/canned-replies/"
