"""Bulk actions: one verb for many conversations, each with the rights, the refusals and the undo of the single verb."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.models import Conversation, CustomField, Label, MergedCustomer, Moderation, Snooze, Team
from personas.models import Page
from tests.conftest import held_by, restrict
from tests.console.conftest import fresh, now, words

pytestmark = pytest.mark.django_db
URL = "/bulk-actions/"


@pytest.fixture
def redbird(db):
    return Page.objects.create(page_id="2", token="EAATOKEN", name="Redbird Coffee", state=Page.State.CONNECTED)


@pytest.fixture
def guests(bluebird, ana):
    """Make conversations that Ana holds."""
    return lambda count, page=bluebird: held_by(ana, page, count)


def names(*conversations):
    return [f"{conversation.pk}-{fresh(conversation).revision}" for conversation in conversations]


def post(browser, verb, *conversations, **fields):
    return browser.post(f"{URL}{verb}/", {"conversation": names(*conversations)} | fields).content.decode()


def undo_names(answer):
    return re.findall(r'data-undo="([^"]+)"', answer)


def done(answer):
    return [int(pk) for pk in re.findall(r'data-done="(\d+)"', answer)]


# Close


def test_closing_many_closes_those_of_the_agent_and_says_why_others_stay_open(anas_browser, guests, mona):
    own = guests(3)
    answer = post(anas_browser, "close", *own, mona.conversation)
    assert done(answer) == [one.pk for one in own]
    assert not any(fresh(one).is_open for one in own)
    assert fresh(mona.conversation).is_open
    assert "Mona Weber : This conversation is in the queue: nobody has taken it yet." in words(answer)
    assert f'href="/conversations/{mona.conversation.pk}/"' in answer


def test_a_customer_who_wrote_after_the_row_was_selected_keeps_the_conversation_open(
    anas_browser, conversation, receive, said
):
    receive(said("m_1", "Thanks, bye", now()))
    selected = names(conversation)
    receive(said("m_2", "Wait, one more thing", now()))
    answer = anas_browser.post(f"{URL}close/", {"conversation": selected}).content.decode()
    assert "just sent another message" in answer and done(answer) == []
    assert fresh(conversation).is_open
    assert done(post(anas_browser, "close", conversation)) == [conversation.pk]


def test_a_missing_custom_field_keeps_a_conversation_open(anas_browser, guests, bluebird):
    CustomField.objects.create(name="Order", is_required=True)
    [one] = guests(1)
    assert "Fill in “Order” before you close this conversation." in words(post(anas_browser, "close", one))
    assert fresh(one).is_open


def test_one_undo_takes_a_whole_bulk_action_back(anas_browser, guests, ana):
    own = guests(3)
    answer = post(anas_browser, "close", *own)
    assert 'data-undo-url="/bulk-actions/undo/"' in answer and len(undo_names(answer)) == 3
    undone = anas_browser.post(f"{URL}undo/", {"conversation": undo_names(answer)}).content.decode()
    assert sorted(done(undone)) == [one.pk for one in own]
    assert all(fresh(one).is_held_by(ana) for one in own)


def test_undo_says_which_conversations_are_too_late(anas_browser, guests, ben):
    own = guests(2)
    answer = post(anas_browser, "close", *own)
    fresh(own[0]).reopen(ben)
    undone = anas_browser.post(f"{URL}undo/", {"conversation": undo_names(answer)}).content.decode()
    assert done(undone) == [own[1].pk]
    assert "Too late to undo. This conversation is with Ben Okafor." in words(undone)


def test_nobody_undoes_what_a_colleague_closed(bens, anas_browser, guests):
    [one] = guests(1)
    answer = post(anas_browser, "close", one)
    assert done(bens.post(f"{URL}undo/", {"conversation": undo_names(answer)}).content.decode()) == []
    assert not fresh(one).is_open


# Transfer


def test_transferring_many_gives_all_to_the_colleague_with_the_note(anas_browser, guests, ben):
    own = guests(3)
    answer = post(anas_browser, "transfer", *own, to=f"agent-{ben.pk}", note="Yours now")
    assert len(done(answer)) == len(undo_names(answer)) == 3
    assert {(fresh(one).agent, fresh(one).reason.note) for one in own} == {(ben, "Yours now")}


def test_transferring_without_a_receiver_shows_the_form_again(anas_browser, guests, ben):
    [one] = guests(1)
    answer = anas_browser.post(f"{URL}transfer/", {"conversation": names(one)})
    assert (answer.status_code, f"agent-{ben.pk}" in answer.content.decode()) == (422, True)


def test_a_team_gets_only_conversations_of_its_pages(anas_browser, guests, bluebird, redbird):
    team = Team.objects.create(name="Refunds")
    team.pages.add(bluebird)
    ours, theirs = *guests(1), *guests(1, page=redbird)
    answer = post(anas_browser, "transfer", ours, theirs, to=f"team-{team.pk}")
    assert done(answer) == [ours.pk]
    assert "The colleague or team does not work for Redbird Coffee." in words(answer)
    assert (fresh(ours).team, fresh(theirs).holder) == (team, "agent")


# Snooze


def test_snoozing_many_sets_all_aside_and_undo_brings_them_back(anas_browser, guests):
    own = guests(3)
    answer = post(anas_browser, "snooze", *own, when="tomorrow 9:00")
    assert len(done(answer)) == 3 and all(fresh(one).is_snoozed for one in own)
    assert Snooze.objects.filter(until__isnull=False).count() == 3
    anas_browser.post(f"{URL}end-snooze/", {"conversation": undo_names(answer)})
    assert not any(fresh(one).is_snoozed for one in own)


def test_undo_of_a_snooze_is_not_offered_for_those_that_were_snoozed_before(anas_browser, guests, ana):
    before, other = guests(2)
    Snooze.objects.snooze(before, ana)
    answer = post(anas_browser, "snooze", before, other, when="tomorrow 9:00")
    assert len(done(answer)) == 2 and undo_names(answer) == [f"{other.pk}-0"]


def test_words_that_name_no_moment_show_the_form_again(anas_browser, guests):
    answer = anas_browser.post(f"{URL}snooze/", {"conversation": names(*guests(1)), "when": "blue"})
    assert answer.status_code == 422 and "Write a moment" in answer.content.decode()


def test_a_moment_before_the_end_of_the_window_is_one_for_each_conversation(
    anas_browser, guests, conversation, receive, said
):
    receive(said("m_1", "Hello", now()))
    [without] = guests(1)
    Conversation.objects.filter(pk=without.pk).update(messaging_window_until=None)
    answer = post(anas_browser, "snooze", conversation, without, when="when 2 h of the window are left")
    assert done(answer) == [conversation.pk]
    assert "Guest 00 : Facebook sets no end for replies here" in words(answer)
    snooze = Snooze.objects.get()
    assert snooze.conversation == conversation
    assert snooze.until == fresh(conversation).answerable_until - timedelta(hours=2)


# Label


def test_labelling_many_adds_and_removes_and_leaves_other_labels(anas_browser, guests):
    own = guests(2)
    vip, refund, angry = (Label.objects.create(name=name) for name in ("VIP", "Refund", "Angry"))
    own[0].labels.add(refund, angry)
    own[1].labels.add(refund)
    post(anas_browser, "label", *own, labels=[vip.pk], before=[refund.pk])
    assert [{*one.labels.all()} for one in own] == [{vip, angry}, {vip}]


def test_the_form_marks_labels_that_only_some_have(anas_browser, guests):
    own = guests(2)
    refund, angry = (Label.objects.create(name=name) for name in ("Refund", "Angry"))
    own[0].labels.add(refund, angry)
    own[1].labels.add(refund)
    form = anas_browser.get(f"{URL}label/", {"conversation": names(*own)}).content.decode()
    assert f'name="labels" value="{refund.pk}" checked' in form
    assert f'name="labels" value="{angry.pk}" data-some' in form
    assert f'name="before" value="{angry.pk}" disabled' in form


def test_a_label_of_another_page_is_not_added(anas_browser, guests, redbird):
    own, label = guests(1), Label.objects.create(name="Coffee", page=redbird)
    post(anas_browser, "label", *own, labels=[label.pk])
    assert not own[0].labels.exists()


# Rights


@pytest.mark.parametrize("verb", ["label", "transfer", "snooze", "end-snooze", "close", "undo"])
def test_no_bulk_action_reaches_a_conversation_of_another_group(bens, guests, bluebird, ben, verb):
    own, label = guests(2), Label.objects.create(name="VIP")
    restrict(bluebird)
    fields = {"labels": [label.pk], "to": f"agent-{ben.pk}", "when": "tomorrow 9:00"}
    answer = post(bens, verb, *own, **fields)
    assert done(answer) == [] and "Guest" not in answer
    assert "you no longer have the right to it" in answer
    assert all(fresh(one).agent.username == "ana" and not one.labels.exists() for one in own)


def test_a_form_shows_nothing_of_conversations_of_another_group(bens, guests, bluebird):
    own, label = guests(1), Label.objects.create(name="VIP", page=bluebird)
    own[0].labels.add(label)
    restrict(bluebird)
    assert "VIP" not in bens.get(f"{URL}label/", {"conversation": names(*own)}).content.decode()
    assert "Ana" not in bens.get(f"{URL}transfer/", {"conversation": names(*own)}).content.decode()
    assert bens.get(f"{URL}sections/others/").json() == []


def test_nothing_of_another_group_is_blocked_or_merged(bens, guests, bluebird, ben):
    own = guests(2)
    ben.user_permissions.add(Permission.objects.get(codename="moderate_customer"))
    restrict(bluebird)
    assert "you no longer have the right to it" in post(bens, "block", *own, how="block")
    for answer in (post(bens, "merge", *own), bens.get(f"{URL}merge/", {"conversation": names(*own)}).text):
        assert "Guest" not in answer
    assert not Moderation.objects.exists() and not MergedCustomer.objects.exists()


@pytest.mark.parametrize("verb", ["end-snooze", "close", "undo"])
def test_a_bulk_action_by_get_is_not_allowed(anas_browser, verb):
    assert anas_browser.get(f"{URL}{verb}/").status_code == 405


@pytest.mark.parametrize("path", ["", "label/", "sections/mine/"])
def test_an_anonymous_visitor_is_sent_to_the_log_in(client, path):
    assert client.get(f"{URL}{path}")["Location"].startswith("/login/")


# Selecting


def test_all_of_a_section_are_named_with_their_revisions(anas_browser, guests, mona):
    own = guests(30)
    assert sorted(anas_browser.get(f"{URL}sections/mine/").json()) == sorted(names(*own))
    assert anas_browser.get(f"{URL}sections/waiting/").json() == names(mona.conversation)
    assert anas_browser.get(f"{URL}sections/scheduled/").json() == []
    assert anas_browser.get(f"{URL}sections/nowhere/").status_code == 404


def test_the_conversations_between_two_rows_of_a_section_are_named_in_order(anas_browser, guests):
    rows = sorted((fresh(one) for one in guests(5)), key=lambda one: one.row_place)
    between = {"from": rows[1].row_place, "to": rows[3].row_place}
    assert anas_browser.get(f"{URL}sections/mine/", between).json() == names(*rows[1:4])


def test_a_row_of_the_queue_says_its_revision(anas_browser, conversation):
    assert f'data-revision="{conversation.revision}"' in anas_browser.get("/queue/").content.decode()


def test_a_request_with_too_many_conversations_is_refused_whole(anas_browser, guests):
    own = guests(11)
    assert anas_browser.post(f"{URL}close/", {"conversation": names(*own)}).status_code == 422
    assert all(fresh(one).is_open for one in own)


def test_a_section_with_more_than_can_be_selected_names_one_more(anas_browser, guests, monkeypatch):
    monkeypatch.setattr("console.bulk_actions.views.MOST_SELECTED", 2)
    guests(4)
    assert len(anas_browser.get(f"{URL}sections/mine/").json()) == 3


@pytest.mark.parametrize("verb", ["label", "transfer", "snooze", "merge"])
def test_a_form_for_more_than_can_be_selected_is_refused_with_a_sentence(verb, anas_browser, guests, monkeypatch):
    monkeypatch.setattr("console.bulk_actions.answers.MOST_SELECTED", 2)
    answer = anas_browser.get(f"{URL}{verb}/", {"conversation": names(*guests(3))})
    assert (answer.status_code, answer.text) == (
        422,
        "At most 2 conversations can be selected at once. The others were left out.",
    )


# Customers


@pytest.fixture
def moderator(ana):
    ana.user_permissions.add(Permission.objects.get(codename="moderate_customer"))


@pytest.mark.parametrize("action", ["block", "spam"])
def test_blocking_many_asks_facebook_for_each_and_undo_unblocks_them(action, moderator, anas_browser, guests, ana):
    own = guests(3)
    assert "Block and report as spam" in anas_browser.get(f"{URL}block/", {"conversation": names(*own)}).text
    answer = post(anas_browser, "block", *own, how=action)
    assert len(done(answer)) == 3 and "To be blocked: #" in answer
    asked = Moderation.objects.values_list("customer", "action", "state", "by")
    assert set(asked) == {(one.customer_id, action, "pending", ana.pk) for one in own}
    undone = anas_browser.post(f"{URL}unblock/", {"conversation": undo_names(answer)})
    assert len(done(undone.text)) == 3
    assert set(Moderation.objects.values_list("action", flat=True)) == {"unblock"}


def test_undo_of_a_bulk_block_leaves_those_blocked_who_were_before(moderator, anas_browser, guests, ana):
    done_before, asked_before, failed, freed, new = own = guests(5)
    for one in own[:-1]:
        Moderation.objects.ask(one, ana, "block")
    state = Moderation.objects.filter
    state(customer=done_before.customer).update(state="done", is_blocked=True)
    state(customer=failed.customer).update(state="failed")
    state(customer=freed.customer).update(state="pending", action="unblock", is_blocked=True)
    answer = post(anas_browser, "block", *own, how="block")
    assert len(done(answer)) == 5
    assert sorted(undo_names(answer)) == sorted(f"{one.pk}-0" for one in (failed, freed, new))
    assert fresh(asked_before).customer.moderation.action == "block"


def test_a_customer_of_a_disconnected_page_is_not_blocked(moderator, anas_browser, guests, bluebird):
    [one] = guests(1)
    bluebird.state = Page.State.DISCONNECTED
    bluebird.save()
    assert "This Page is disconnected" in words(post(anas_browser, "block", one, how="block"))
    assert not Moderation.objects.exists()


def test_blocking_needs_the_permission_and_an_action(anas_browser, guests, ana):
    [one] = guests(1)
    assert "block/" not in anas_browser.get(URL).text
    for verb in ("block", "unblock"):
        assert anas_browser.post(f"{URL}{verb}/", {"conversation": names(one), "how": "block"}).status_code == 403
    ana.user_permissions.add(Permission.objects.get(codename="moderate_customer"))
    assert "block/" in anas_browser.get(URL).text
    answer = anas_browser.post(f"{URL}block/", {"conversation": names(one), "how": "unblock"})
    assert answer.status_code == 422 and not Moderation.objects.exists()


def test_merging_several_puts_all_into_one_group(anas_browser, guests):
    own = guests(3)
    assert "Are all of them the same person?" in anas_browser.get(f"{URL}merge/", {"conversation": names(*own)}).text
    assert len(done(post(anas_browser, "merge", *own))) == 3
    merged = MergedCustomer.objects.values_list("customer", flat=True)
    assert set(merged) == {one.customer_id for one in own}
    assert len(set(MergedCustomer.objects.values_list("group", flat=True))) == 1


def test_merging_needs_several_conversations_and_not_too_many(anas_browser, guests):
    own = guests(11)
    for some in (own[:1], own):
        form = anas_browser.get(f"{URL}merge/", {"conversation": names(*some)}).text
        assert "Select from 2 to 10 conversations of the same person." in words(form)
    assert anas_browser.post(f"{URL}merge/", {"conversation": names(*own[:1])}).status_code == 422
    assert not MergedCustomer.objects.exists()


# Queries


FIELDS = {"close": {}, "label": {"labels": "LABEL"}, "snooze": {"when": "tomorrow 9:00"}, "transfer": {"to": "BEN"}}


@pytest.mark.parametrize(("verb", "most"), [("close", 20), ("label", 8), ("snooze", 14), ("transfer", 26)])
def test_each_further_conversation_costs_a_bounded_number_of_queries(anas_browser, guests, ben, verb, most):
    label = Label.objects.create(name="VIP")
    filled = {"LABEL": label.pk, "BEN": f"agent-{ben.pk}"}
    fields = {name: filled.get(value, value) for name, value in FIELDS[verb].items()}
    own = guests(14)
    counts = []
    for some in (own[:1], own[1:4], own[4:14]):
        with CaptureQueriesContext(connection) as queries:
            post(anas_browser, verb, *some, **fields)
        counts.append(len(queries) - len(some))  # `names` reads each conversation once
    assert (counts[2] - counts[1]) / 7 == (counts[1] - counts[0]) / 2 <= most


@pytest.mark.parametrize("verb", ["label", "transfer"])
def test_a_form_needs_a_constant_number_of_queries(anas_browser, guests, ben, verb):
    own = guests(12)
    counts = set()
    for some in (own[:2], own):
        named = names(*some)
        with CaptureQueriesContext(connection) as queries:
            anas_browser.get(f"{URL}{verb}/", {"conversation": named})
        counts.add(len(queries))
    assert len(counts) == 1
