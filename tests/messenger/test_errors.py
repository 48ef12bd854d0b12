"""The error book: what each code means, who has to act, and what we do."""

import pytest

from messenger import Act, Client, GraphError
from messenger.errors import BOOK, Who
from tests.conftest import TOKEN

# code, subcode: what Facebook's error page and experience say that one has to do
DUE = {
    (1, None): Act.RETRY,
    (1, 99): Act.RETRY,
    (2, None): Act.RETRY,
    (4, None): Act.SLOW_APP,
    (10, None): Act.GIVE_UP,
    (10, 2018065): Act.WINDOW_CLOSED,
    (10, 2018278): Act.WINDOW_CLOSED,
    (10, 2534022): Act.WINDOW_CLOSED,
    (10, 2018108): Act.UNREACHABLE,
    (10, 2018300): Act.OTHER_APP,
    (10, 1893063): Act.GIVE_UP,
    (17, None): Act.SLOW_PAGE,
    (32, None): Act.SLOW_PAGE,
    (80001, None): Act.SLOW_PAGE,
    (80002, None): Act.SLOW_PAGE,
    (80006, None): Act.SLOW_PAGE,
    (100, None): Act.GIVE_UP,
    (100, 1893061): Act.GIVE_UP,
    (100, 2018014): Act.GIVE_UP,
    (100, 33): Act.NEW_PERSONA,
    (100, 2018001): Act.UNREACHABLE,
    (100, 2018008): Act.GIVE_UP,
    (100, 2018047): Act.GIVE_UP,
    (100, 2018074): Act.GIVE_UP,
    (100, 2018109): Act.GIVE_UP,
    (100, 2018294): Act.GIVE_UP,
    (100, 2534037): Act.OTHER_APP,
    (102, None): Act.RENEW_TOKEN,
    (104, None): Act.RENEW_TOKEN,
    **{(190, subcode): Act.RENEW_TOKEN for subcode in [None, 458, 459, 460, 463, 464, 467, 492, 493]},
    (200, None): Act.GIVE_UP,
    (200, 2018028): Act.GIVE_UP,
    (200, 1545041): Act.UNREACHABLE,
    (551, None): Act.UNREACHABLE,
    (551, 1545041): Act.UNREACHABLE,
    (341, None): Act.SLOW_APP,
    (368, None): Act.GIVE_UP,
    (368, 1346003): Act.GIVE_UP,
    (546, None): Act.GIVE_UP,
    (613, None): Act.SLOW_PAGE,
    (1200, None): Act.RETRY,
    (1200, 2018024): Act.RETRY,
    (2018001, None): Act.UNREACHABLE,
    (2018300, None): Act.OTHER_APP,
}
# A call that lacks a permission of the token (403): pause the Page and ask an admin to renew the token.
DUE_BUT_MISSED = {(230, None): Act.RENEW_TOKEN}


def error(code=None, subcode=None, *, status=400, **more):
    return GraphError("(#) text", status=status, error={"code": code, "error_subcode": subcode} | more)


def test_every_entry_of_the_book_is_looked_at_here():
    assert set(BOOK) <= set(DUE) | set(DUE_BUT_MISSED)


@pytest.mark.parametrize(("codes", "act"), DUE.items())
def test_each_error_has_its_act(codes, act):
    assert error(*codes).meaning.act is act


@pytest.mark.parametrize(("codes", "act"), DUE_BUT_MISSED.items())
def test_a_missing_permission_of_the_token_has_the_token_renewed(codes, act):
    assert error(*codes).meaning.act is act


@pytest.mark.parametrize("act", Act)
def test_only_what_passes_by_itself_is_passing(act):
    assert act.is_passing is (act in {Act.RETRY, Act.SLOW_PAGE, Act.SLOW_APP})


@pytest.mark.parametrize("meaning", {meaning.sentence: meaning for meaning in BOOK.values()}.values())
def test_a_meaning_is_a_sentence_and_names_somebody_unless_it_passes(meaning):
    assert meaning.sentence.endswith(".")
    assert meaning.act.is_passing is (meaning.who is Who.NOBODY)


def test_an_unknown_subcode_is_read_by_its_code():
    assert error(190, 99999).meaning is error(190).meaning


@pytest.mark.parametrize(
    ("unknown", "act"),
    [
        (error(99999), Act.GIVE_UP),
        (error(99999, is_transient=False), Act.GIVE_UP),
        (error(99999, is_transient=True), Act.RETRY),
        (error(99999, status=503), Act.RETRY),
        (GraphError("Bad gateway", status=502), Act.RETRY),
        (GraphError("Not readable", status=200), Act.GIVE_UP),
        (GraphError("No answer"), Act.RETRY),
        (error("99999"), Act.GIVE_UP),
    ],
)
def test_the_unknown_is_tried_again_only_where_it_may_pass(unknown, act):
    assert unknown.meaning.act is act


def test_a_malformed_call_is_tried_again_only_if_facebook_calls_it_transient():
    assert error(100, is_transient=True).meaning.act is Act.RETRY
    assert error(100, 2018001, is_transient=True).meaning.act is Act.UNREACHABLE


@pytest.mark.parametrize(
    ("found", "may_be"),
    [(error(100), True), (error(100, 33), True), (error(100, 2018001), False), (error(10), False), (error(190), False)],
)
def test_any_unexplained_100_may_be_about_the_persona(found, may_be):
    assert found.may_be_about_persona is may_be


def test_facebooks_own_words_for_people_come_first():
    assert error(190, error_user_msg="Log in again.").sentence == "Log in again."
    assert error(190, error_user_msg="").sentence == error(190).meaning.sentence


@pytest.mark.parametrize("body", [None, [], "no", {"code": None}])
def test_a_body_of_any_shape_is_an_error_all_the_same(body):
    assert (GraphError("text", error=body).code, str(GraphError("text", error=body))) == (None, "text")


def test_a_wrong_app_secret_is_called_that(sandbox):
    with pytest.raises(GraphError) as caught:
        Client(TOKEN, url=sandbox.url, secret="not the secret").page()
    assert "app secret" in caught.value.sentence
