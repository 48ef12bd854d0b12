"""The error catalogue: the meaning of each code, the responsible party, and our action."""

import re

import pytest

from messenger import Action, Client, GraphError
from messenger.error_catalogue import CATALOGUE, Responsible
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
    "R": (Action.RETRY, Responsible.NOBODY),
    "R page": (Action.SLOW_DOWN_PAGE, Responsible.NOBODY),
    "R app": (Action.SLOW_DOWN_APP, Responsible.NOBODY),
    "T": (Action.RENEW_TOKEN, Responsible.ADMIN),
    "P": (Action.REPLACE_PERSONA, Responsible.DEVELOPER),
    "A": (Action.GIVE_UP, Responsible.AGENT),
    "admin": (Action.GIVE_UP, Responsible.ADMIN),
    "P admin": (Action.PAUSE_PAGE, Responsible.ADMIN),
    "person": (Action.UNREACHABLE, Responsible.AGENT),
    "W": (Action.WINDOW_CLOSED, Responsible.AGENT),
    "C": (Action.OTHER_APP, Responsible.AGENT),
    "C admin": (Action.OTHER_APP, Responsible.ADMIN),
    "X": (Action.GIVE_UP, Responsible.DEVELOPER),
    "nobody": (Action.GIVE_UP, Responsible.NOBODY),
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


def test_no_error_sentence_promises_another_attempt():
    assert not [meaning.sentence for meaning in CATALOGUE.values() if "trying" in meaning.sentence]
    assert "trying" not in error(status=None).sentence + error(status=503).sentence


def test_every_entry_of_the_error_catalogue_has_an_expected_action():
    assert set(CATALOGUE) == set(DUE)


@pytest.mark.parametrize(("codes", "due"), DUE.items())
def test_each_error_has_its_action_and_a_responsible_party(codes, due):
    assert (error(*codes).action, error(*codes).meaning.responsible) == due


@pytest.mark.parametrize("code", [code for code, _subcode in DUE if code > 2_000_000])
def test_a_long_code_of_the_catalogue_is_found_as_a_subcode_too(code):
    assert error(100, code).meaning is error(code).meaning


def test_an_error_for_a_message_that_was_sent_leaves_its_outcome_unknown():
    assert error(1, 1357046).is_outcome_unknown
    assert not error(1).is_outcome_unknown


@pytest.mark.parametrize("action", Action)
def test_only_limits_and_passing_errors_are_retryable(action):
    assert action.is_retryable is (action in {Action.RETRY, Action.SLOW_DOWN_PAGE, Action.SLOW_DOWN_APP})


@pytest.mark.parametrize("meaning", {meaning.sentence: meaning for meaning in CATALOGUE.values()}.values())
def test_a_meaning_is_a_sentence_and_nobody_is_responsible_for_a_retryable_error(meaning):
    assert meaning.sentence.endswith(".")
    assert not meaning.action.is_retryable or meaning.responsible is Responsible.NOBODY


def test_an_unknown_subcode_has_the_meaning_of_its_code():
    assert error(190, 99999).meaning is error(190).meaning


@pytest.mark.parametrize(
    ("unknown", "action"),
    [
        (error(99999), Action.GIVE_UP),
        (error(99999, is_transient=False), Action.GIVE_UP),
        (error(99999, is_transient=True), Action.RETRY),
        (error(99999, status=503), Action.RETRY),
        (GraphError("Bad gateway", status=502), Action.RETRY),
        (GraphError("Not readable", status=200), Action.GIVE_UP),
        (GraphError("No answer"), Action.RETRY),
        (error("99999"), Action.GIVE_UP),
    ],
)
def test_an_unknown_error_is_retryable_only_if_transient(unknown, action):
    assert unknown.action is action


def test_a_malformed_call_is_retryable_only_if_facebook_calls_it_transient():
    assert error(100, is_transient=True).action is Action.RETRY
    assert error(100, 2018001, is_transient=True).action is Action.UNREACHABLE


@pytest.mark.parametrize(
    ("found", "may_be"),
    [(error(100), True), (error(100, 33), True), (error(100, 2018001), False), (error(10), False), (error(190), False)],
)
def test_any_unexplained_100_may_be_about_the_persona(found, may_be):
    assert found.may_be_about_persona is may_be


def test_the_sentence_of_an_error_is_facebooks_own_if_it_has_one():
    assert error(190, error_user_msg="Log in again.").sentence == "Log in again."
    assert error(190, error_user_msg="").sentence == error(190).meaning.sentence


@pytest.mark.parametrize("body", [None, [], "no", {"code": None}, {"code": [], "error_subcode": {}}])
def test_an_error_body_of_any_shape_makes_a_graph_error(body):
    assert (GraphError("text", error=body).code, str(GraphError("text", error=body))) == (None, "text")
    assert GraphError("text", error=body).action is Action.RETRY


def test_the_sentence_for_a_wrong_app_secret_names_the_secret(sandbox):
    with pytest.raises(GraphError) as caught:
        Client(TOKEN, url=sandbox.url, secret="not the secret").page()
    assert "app secret" in caught.value.sentence
