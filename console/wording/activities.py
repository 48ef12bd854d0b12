"""Sentences for the activities of a customer."""

from django.utils.translation import gettext as _

from console.models.activity import WHOLE_LEAD, Kind

ADS, SHORTLINK = "ADS", "SHORTLINK"
POST = "https://www.facebook.com/{}"
STOP, RESUME = "STOP NOTIFICATIONS", "RESUME NOTIFICATIONS"
GOOD, BAD = "Good response", "Bad response"


def words(activity):
    """Return a sentence about the customer that begins with its verb and has no full stop."""
    return SENTENCES[activity.kind](activity.details)


def door_label(details):
    """Return one word for the way by which the customer came; "" without details."""
    if not details or details.get("kind", "").startswith("LEAD"):
        return _("Form") if details else ""
    if _is_by_ad(details):
        return _("Ad")
    if details.get("product_id"):
        return _("Shop")
    return _("Website") if details.get("referer_uri") else _("Link")


def door_address(details):
    """Return the address of the ad's post or of the website by which the customer came, or ""."""
    if details.get("post_id", "").replace("_", "").isdecimal():
        return POST.format(details["post_id"])
    address = details.get("referer_uri", "")
    return address if address.startswith(("https://", "http://")) else ""


def _is_by_ad(details):
    return details.get("source") == ADS or bool(details.get("ad_title") or details.get("ad_id"))


def _referral(details):
    if details.get("kind", "").startswith("LEAD"):
        return _lead(details)
    if details.get("ref") and _is_by_link(details):
        return _("Came from the link “%s”") % details["ref"]
    about = _about(details)
    return f"{_door(details)} · {about}" if about else _door(details)


def _is_by_link(details):
    """Return whether the customer came by a link alone, and by no ad, product or website."""
    has_more = any(details.get(name) for name in ("ad_title", "ad_id", "product_id", "referer_uri"))
    return not has_more and details.get("source") in (SHORTLINK, None, "")


def _door(details):
    """Return the way by which the customer came."""
    title, source = details.get("ad_title"), details.get("source")
    if _is_by_ad(details):
        number = details.get("ad_id")
        name = _("“%s”") % title if title else number or ""
        return _("Came from the ad %s") % name if name else _("Came from an ad")
    if details.get("product_id"):
        return _("Came from a product in the shop")
    if details.get("referer_uri"):
        return _("Came from a link on %s") % details["referer_uri"]
    return _("Came from a link") if _is_by_link(details) else _("Came from %s") % source


def _about(details):
    """Return the product, and the reference that the business put into the link."""
    product, ref = details.get("product_id"), details.get("ref")
    return " · ".join([_("product %s") % product] * bool(product) + [_("link “%s”") % ref] * bool(ref))


def _lead(details):
    is_whole = details["kind"] == WHOLE_LEAD
    sentence = _("Filled in the form of an ad") if is_whole else _("Began to fill in the form of an ad")
    return _with_answers(sentence, details)


def _opt_in(details):
    about = details.get("title") or details.get("payload") or details.get("ref") or ""
    status = details.get("status")
    sentence = _("Opted in to messages")
    if details.get("kind") == "one_time_notif_req":
        sentence = _("Asked for one notification")
    elif status == STOP:
        sentence = _("Opted out of messages")
    elif status == RESUME:
        sentence = _("Opted in to messages again")
    return f"{sentence}: {about}" if about else sentence


def _account(details):
    return _("Linked their account") if details.get("status") == "linked" else _("Unlinked their account")


def _feedback(details):
    return _with_answers(_("Gave feedback"), details)


def _rating(details):
    sentences = {GOOD: _("Rated a reply as good"), BAD: _("Rated a reply as bad")}
    return sentences.get(details.get("feedback")) or _("Rated a reply: %s") % details.get("feedback", "")


def _form(details):
    return _with_answers(_("Filled in a form"), details)


def _reaction(details):
    return _("Reacted with %s to an earlier message") % details.get("emoji", "")


def _with_answers(sentence, details):
    answers = "; ".join(filter(None, map(_answer, details.get("answers", []))))
    return f"{sentence}: {answers}" if answers else sentence


def _answer(answer):
    said = " ".join(filter(None, [answer.get("payload"), answer.get("follow_up") and f"“{answer['follow_up']}”"]))
    return f"{answer.get('question')}: {said}" if answer.get("question") else said


SENTENCES = {
    Kind.REFERRAL: _referral,
    Kind.OPT_IN: _opt_in,
    Kind.ACCOUNT: _account,
    Kind.FEEDBACK: _feedback,
    Kind.RATING: _rating,
    Kind.FORM: _form,
    Kind.REACTION: _reaction,
}
