"""The error book: what each code means, who has to act, and what we do."""

import re

import pytest

from messenger import Act, Client, GraphError
from messenger.errors import BOOK, Who
from tests.conftest import TOKEN

# Every row of what is known of Facebook's error codes, and what to do about each.
ROWS = """
1, 1/99                                                               R
1/1357046                                                             R      (the message reached the customer)
2                                                                     R
2/2018344                                                             admin
3, 506, 1609005, 2500, 11                                             X
102, 104                                                              T
4                                                                     R app
4/2018354, 4/2018022                                                  A
10                                                                    admin
10/2018278, 10/2534022, 10/2018065                                    W
10/2018108                                                            person
10/2018300, 2018300                                                   C
10/1893063                                                            P admin
10/2018336, 10/1404170, 10/1893015, 10/2534077                        A
100                                                                   X
100/33                                                                P
100/2018001, 2018001                                                  person
100/1893061                                                           X
100/2018008                                                           A
100/2018014                                                           X
100/2018034                                                           X
100/2018047                                                           A
100/2018074                                                           A
100/2018109                                                           A
100/2018294                                                           A
100/2018164                                                           X
100/2018320, 100/2018328                                              X
100/2534037                                                           C
100/2534013, 100/2534014, 100/2534015, 100/2534025, 100/2534029       A
190                                                                   T
190/458, 190/459, 190/460, 190/463, 190/464, 190/467, 190/492, 190/493  T
200                                                                   admin
200/2018028, 200/2018027, 200/2018021                                 admin
200/1545041, 551, 551/1545041                                         person
230                                                                   T
27                                                                    C admin
17                                                                    R page
32                                                                    R page
80001, 80002, 80006                                                   R page
341                                                                   R app
368, 368/1346003                                                      A
368/1390008                                                           P admin
546                                                                   A
613                                                                   R page
613/2018338                                                           A
613/2534040, 613/1996                                                 R page
613/1893016                                                           A
803                                                                   X
1200, 1200/2018024                                                    R
2018144                                                               A
2018171                                                               C
2018218                                                               nobody
2018234                                                               C
2018247                                                               admin
2018321                                                               C
9000001                                                               nobody
10303                                                                 A
2022                                                                  P admin
2018389, 2018390, 2018391, 2018392, 2018393, 2018394, 2018395, 2018396  A
"""
DO = {
    "R": (Act.RETRY, Who.NOBODY),
    "R page": (Act.SLOW_PAGE, Who.NOBODY),
    "R app": (Act.SLOW_APP, Who.NOBODY),
    "T": (Act.RENEW_TOKEN, Who.ADMIN),
    "P": (Act.NEW_PERSONA, Who.US),
    "A": (Act.GIVE_UP, Who.AGENT),
    "admin": (Act.GIVE_UP, Who.ADMIN),
    "P admin": (Act.PAUSE_PAGE, Who.ADMIN),
    "person": (Act.UNREACHABLE, Who.AGENT),
    "W": (Act.WINDOW_CLOSED, Who.AGENT),
    "C": (Act.OTHER_APP, Who.AGENT),
    "C admin": (Act.OTHER_APP, Who.ADMIN),
    "X": (Act.GIVE_UP, Who.US),
    "nobody": (Act.GIVE_UP, Who.NOBODY),
}


def _due():
    for row in filter(None, ROWS.splitlines()):
        codes, do = re.fullmatch(r"(.+?)\s{2,}([\w ]+?)(?:\s{2,}\(.*)?", row).groups()
        for pair in codes.split(", "):
            code, _slash, subcode = pair.partition("/")
            yield (int(code), int(subcode) if subcode else None), DO[do]


DUE = dict(_due())


def error(code=None, subcode=None, *, status=400, **more):
    return GraphError("(#) text", status=status, error={"code": code, "error_subcode": subcode} | more)


def test_no_error_promises_to_be_tried_again_for_it_is_said_of_what_failed_too():
    assert not [meaning.sentence for meaning in BOOK.values() if "trying" in meaning.sentence]
    assert "trying" not in error(status=None).sentence + error(status=503).sentence


def test_every_entry_of_the_book_is_looked_at_here():
    assert set(BOOK) == set(DUE)


@pytest.mark.parametrize(("codes", "due"), DUE.items())
def test_each_error_has_its_act_and_who_must_act(codes, due):
    assert (error(*codes).meaning.act, error(*codes).meaning.who) == due


@pytest.mark.parametrize("code", [code for code, _subcode in DUE if code > 2_000_000])
def test_what_is_listed_as_a_code_is_known_as_a_subcode_too(code):
    assert error(100, code).meaning is error(code).meaning


def test_a_message_that_went_out_all_the_same_is_unsettled_until_its_echo_comes():
    assert error(1, 1357046).is_unsettled
    assert not error(1).is_unsettled


@pytest.mark.parametrize("act", Act)
def test_only_what_passes_by_itself_is_passing(act):
    assert act.is_passing is (act in {Act.RETRY, Act.SLOW_PAGE, Act.SLOW_APP})


@pytest.mark.parametrize("meaning", {meaning.sentence: meaning for meaning in BOOK.values()}.values())
def test_a_meaning_is_a_sentence_and_nobody_acts_on_what_passes(meaning):
    assert meaning.sentence.endswith(".")
    assert not meaning.act.is_passing or meaning.who is Who.NOBODY


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


@pytest.mark.parametrize("body", [None, [], "no", {"code": None}, {"code": [], "error_subcode": {}}])
def test_a_body_of_any_shape_is_an_error_all_the_same(body):
    assert (GraphError("text", error=body).code, str(GraphError("text", error=body))) == (None, "text")
    assert GraphError("text", error=body).meaning.act is Act.RETRY


def test_a_wrong_app_secret_is_called_that(sandbox):
    with pytest.raises(GraphError) as caught:
        Client(TOKEN, url=sandbox.url, secret="not the secret").page()
    assert "app secret" in caught.value.sentence
