"""Labels, moderation, ID matching, insights, settings and app events."""

import pytest

from sandbox.app import APP_ID, PAGE_ID, PAGE_TOKEN


def label(box, name="vip", key="page_label_name"):
    return box.graph("POST", "/me/custom_labels", json={key: name}).json()["id"]


@pytest.mark.parametrize("key", ["name", "page_label_name"])
def test_a_label_has_its_name_under_two_keys(box, key):
    id = label(box, key=key)

    assert box.graph("GET", f"/{id}?fields=name").json() == {"name": "vip", "id": id}
    assert box.graph("GET", f"/{id}?fields=page_label_name").json() == {"page_label_name": "vip", "id": id}


def test_a_label_is_attached_and_detached(box, receiver):
    mona = box.customer()
    box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": ["inbox_labels"]})
    id = label(box)

    assert box.graph("POST", f"/{id}/label", json={"user": mona.psid}).json() == {"success": True}
    listed = box.graph("GET", f"/{mona.psid}/custom_labels?fields=page_label_name").json()
    assert listed["data"] == [{"page_label_name": "vip", "id": id}]
    assert set(listed["paging"]["cursors"]) == {"before", "after"}

    assert box.graph("DELETE", f"/{id}/label", json={"user": mona.psid}).json() == {"success": True}
    assert box.graph("GET", f"/{mona.psid}/custom_labels").json() == {"data": []}
    changes = receiver.until(
        lambda: [b["entry"][0]["changes"][0] for b in receiver.bodies() if "changes" in str(b)][1:]
    )
    assert changes[0]["field"] == "inbox_labels"
    assert changes[0]["value"] == {
        "user": {"id": mona.psid},
        "action": "remove",
        "label": {"id": id, "page_label_name": "vip"},
    }


def test_labels_are_listed_and_deleted(box):
    ids = [label(box, name) for name in ("vip", "spam", "friend")]
    assert [row["id"] for row in box.graph("GET", "/me/custom_labels").json()["data"]] == ids

    assert box.graph("DELETE", f"/{ids[1]}").json() == {"success": True}

    assert [row["name"] for row in box.graph("GET", "/me/custom_labels").json()["data"]] == ["vip", "friend"]
    assert box.graph("GET", f"/{ids[1]}").json()["error"]["error_subcode"] == 33
    assert box.graph("POST", "/me/custom_labels", json={}).json()["error"]["code"] == 100


def moderate(box, users, *actions):
    body = {"user_ids": [{"id": psid} for psid in users], "actions": list(actions)}
    return box.graph("POST", "/me/moderate_conversations", json=body)


def test_a_banned_customer_gets_no_message_until_unbanned(box, mona):
    assert moderate(box, [mona.psid], "BLOCK_USER", "MOVE_TO_SPAM").json() == {"success": True}
    assert mona.receives(text="Hi").json()["error"]["code"] == 551
    assert box.graph("GET", "/me/conversations?folder=spam").json()["data"]

    moderate(box, [mona.psid], "UNBLOCK_USER")

    assert mona.receives(text="Hi").ok


def test_moderation_actions_may_be_written_in_lower_case(box, mona):
    moderate(box, [mona.psid], "ban_user", "move_to_spam")
    assert mona.receives(text="Hi").json()["error"]["code"] == 551

    moderate(box, [mona.psid], "Unban_User")

    assert mona.receives(text="Hi").ok


def test_moderation_refuses_too_many_users_or_unknown_actions(box, mona):
    assert moderate(box, [mona.psid] * 11, "BAN_USER").status_code == 400
    assert moderate(box, [mona.psid], "BAN_USER", "UNBAN_USER", "MOVE_TO_SPAM").status_code == 400
    assert moderate(box, [mona.psid], "HUG_USER").status_code == 400
    assert moderate(box, ["7001"], "BAN_USER").json()["error"]["error_subcode"] == 2018001


def test_id_matching_gives_a_person_another_id_in_every_app(box, mona):
    rows = box.graph("GET", f"/{mona.psid}/ids_for_apps?app={APP_ID}&page=").json()

    (row,) = rows["data"]
    assert row["app"] == {"category": "Business", "link": "", "name": "Sandbox", "namespace": "", "id": APP_ID}
    assert row["id"] != mona.psid
    back = box.graph("GET", f"/{row['id']}/ids_for_pages").json()["data"]
    assert [(page["id"], page["page"]["id"]) for page in back] == [(mona.psid, PAGE_ID)]


def test_insights_answer_every_requested_metric(box, mona):
    metrics = "page_messages_new_conversations_unique,page_messages_blocked_conversations_unique"
    mona.do("block", on=True)

    query = f"/v6.0/me/insights/?metric={metrics}&since=1790000000&until=1790172800"
    new, blocked = box.graph("GET", query).json()["data"]

    assert new["name"] == "page_messages_new_conversations_unique"
    assert (new["period"], new["id"]) == ("day", f"{PAGE_ID}/insights/{new['name']}/day")
    assert [set(value) for value in new["values"]] == [{"value", "end_time"}] * 2
    assert (new["values"][-1]["value"], blocked["values"][-1]["value"]) == (1, 1)
    assert box.graph("GET", "/me/insights?metric=nonsense").status_code == 400


def test_nlp_settings_may_come_in_the_query_with_an_empty_body(box):
    query = "nlp_enabled=true&model=CUSTOM&custom_token=token&verbose=true&n_best=8"

    assert box.graph("POST", f"/me/nlp_configs?{query}").json() == {"success": True}


def test_app_events_are_logged_without_a_token(box, mona):
    body = {"event": "CUSTOM_APP_EVENTS", "custom_events": "[]", "page_id": PAGE_ID, "page_scoped_user_id": mona.psid}

    assert box.graph("POST", f"/v6.0/{APP_ID}/activities", None, json=body).json() == {"success": True}
    assert box.graph("POST", "/v6.0/999/activities", None, json=body).json()["error"]["code"] == 100


def test_messaging_features_have_a_review_status(box):
    rows = box.graph("GET", "/me/messaging_feature_review").json()["data"]

    assert {"feature": "human_agent", "status": "approved"} in rows


def test_a_page_answers_more_fields_when_requested(box):
    facts = box.graph("GET", "/me?fields=id,access_token,picture").json()

    assert facts["access_token"] == PAGE_TOKEN
    assert box.session.get(facts["picture"]["data"]["url"]).ok
