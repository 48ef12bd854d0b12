"""The error book: what each of Facebook's errors means, who must act, and what to do about it.

Facebook's texts change and are translated, so (code, subcode) decides, never the text.
https://developers.facebook.com/docs/messenger-platform/error-codes
"""

from dataclasses import dataclass
from enum import Enum


class Act(Enum):
    """What the caller does about an error."""

    RETRY = "retry later"
    SLOW_PAGE = "slow the Page"
    SLOW_APP = "slow the app"
    RENEW_TOKEN = "renew the token"  # noqa: S105
    PAUSE_PAGE = "pause the Page"
    NEW_PERSONA = "make the persona anew"
    WINDOW_CLOSED = "window closed"
    OTHER_APP = "another app has the thread"
    UNREACHABLE = "person unreachable"
    GIVE_UP = "give up"

    @property
    def is_passing(self):
        """Whether the same call may succeed later without anybody doing anything."""
        return self in (Act.RETRY, Act.SLOW_PAGE, Act.SLOW_APP)

    @property
    def slows(self):
        """Whether the whole Page, or the app with all its Pages, has to call less."""
        return self in (Act.SLOW_PAGE, Act.SLOW_APP)

    @property
    def pauses(self):
        """Whether nothing goes out for the Page until somebody has done something."""
        return self in (Act.RENEW_TOKEN, Act.PAUSE_PAGE)


class Who(Enum):
    """Who has to do something about an error."""

    NOBODY = "nobody"
    AGENT = "agent"
    ADMIN = "admin"
    US = "us"


@dataclass(frozen=True)
class Meaning:
    sentence: str
    who: Who
    act: Act


def _passing(sentence, act=Act.RETRY):
    return Meaning(sentence, Who.NOBODY, act)


def _agent(sentence, act=Act.GIVE_UP):
    return Meaning(sentence, Who.AGENT, act)


def _admin(sentence, act=Act.GIVE_UP):
    return Meaning(sentence, Who.ADMIN, act)


def _ours(sentence, act=Act.GIVE_UP):
    return Meaning(sentence, Who.US, act)


BUSY = _passing("Facebook is not available right now.")
NO_ANSWER = _passing("Facebook did not answer.")
WENT_OUT = _passing("Facebook reported an error, yet the message reached the customer; its echo will show it.")
PERMISSION = _admin("Our app lacks a permission on this Page; an admin must grant it.")
PROOF = _admin("Facebook did not accept our app secret; an admin must correct it.", Act.PAUSE_PAGE)
OURS = _ours("Facebook refused the message as malformed; this is our fault.")
OBJECT = _ours("Facebook no longer knows the object, or does not let us see it.", Act.NEW_PERSONA)
UNEXPLAINED = _agent("Facebook refused without a reason that we know.")

_SLOW_APP = _passing("Facebook limits how much our app may call; we slow down.", Act.SLOW_APP)
_SLOW_PAGE = _passing("Facebook limits how much this Page may call; we slow down.", Act.SLOW_PAGE)
_UNEVEN = _passing("Facebook finds this Page's traffic too uneven; we slow down.", Act.SLOW_PAGE)
_SESSION = _admin("Facebook no longer accepts the Page's log-in; an admin must renew the token.", Act.RENEW_TOKEN)
_NO_TOKEN = _admin("Facebook was given no access token; an admin must enter one for the Page.", Act.RENEW_TOKEN)
_TOKEN = _admin("The Page's access token no longer works; an admin must renew it.", Act.RENEW_TOKEN)
_REMOVED = _admin("Our app was removed from the Page; an admin must connect it again.", Act.RENEW_TOKEN)
_CHECKPOINT = _admin(
    "Facebook wants the person who made the Page's token to log in there; then an admin must renew it.",
    Act.RENEW_TOKEN,
)
_PASSWORD = _admin(
    "The Page's token ended with a changed password or a closed session; an admin must renew it.", Act.RENEW_TOKEN
)
_EXPIRED = _admin("The Page's access token has expired; an admin must renew it.", Act.RENEW_TOKEN)
_ROLE = _admin("Who made the token no longer has a role on the Page; an admin who has must renew it.", Act.RENEW_TOKEN)
_SCOPE = _admin("The Page's access token lacks a permission; an admin must renew it.", Act.RENEW_TOKEN)
_NOT_LIVE = _admin("Our app may not yet write to this person: it must be approved, or they be made a tester of it.")
_NO_PHONE = _admin("Our app may not write to people by their phone number; an admin must have that allowed.")
_RESTRICTED = _admin(
    "Facebook has restricted this Page from sending for now; an admin must look into it.", Act.PAUSE_PAGE
)
_BLOCKED = _admin("Facebook has blocked this Page from sending for now; an admin must look into it.", Act.PAUSE_PAGE)
_SPAM = _admin("Facebook has blocked this Page because of spam; an admin must look into it.", Act.PAUSE_PAGE)
NO_DEFAULT_APP = _admin(
    "The Page has no default app, so that nobody can take a conversation; an admin must choose one.", Act.OTHER_APP
)
_LABEL_TERMS = _admin("Facebook's terms for labels are not accepted; an admin must accept them for the Page.")
_PROFILES = _admin("Our app may not see who customers are; an admin must have the permission granted.")
_APP_ID = _ours("Facebook knows no app of the id to which the conversation was to go; our settings are wrong.")
_METHOD = _ours("Facebook knows no such method; this is our fault.")
_PATH = _ours("Facebook knows no such address; this is our fault.")
_TWICE = _ours("Facebook refused the same thing twice.")
_LINK = _ours("Facebook could not read the page behind a link.")
_MENU = _ours("Facebook takes no menus within menus.")
_MIXED = _ours("A message and a sender action were sent together; this is our fault.")
_EMPTY = _ours("The message was empty.")
_TAG = _ours("Facebook no longer takes the tag that was used.")
_PRODUCT = _ours("Facebook refused the product template: the product is not there, or not for sale.")
_WINDOW = _agent(
    "More than 24 hours have passed since the customer last wrote; Facebook lets us answer once they write again.",
    Act.WINDOW_CLOSED,
)
_GONE = _agent("This person cannot be reached: they blocked the Page, or left Messenger.", Act.UNREACHABLE)
_NOT_NOW = _agent("This person cannot get messages at the moment.", Act.UNREACHABLE)
_NO_MATCH = _agent("Facebook knows no such person on this Page.", Act.UNREACHABLE)
_OTHER_APP = _agent("Another app or the Page Inbox holds this conversation now.", Act.OTHER_APP)
_ROLES_ONLY = _agent("Only the apps to which the Page gave a part in conversations may do this.", Act.OTHER_APP)
_AUTOMATED = _agent("Facebook's own automated answers run in this conversation now.", Act.OTHER_APP)
_FETCH = _agent("Facebook could not fetch the file from its address.")
_UPLOAD = _agent("Facebook could not use the file: its content and type do not match, or it is damaged.")
_STALE_FILE = _agent("Facebook no longer has the file; it must be uploaded again.")
_LARGE = _agent("The file is too large for Facebook.")
_VIDEO = _agent("Facebook could not fetch the film in time, or it is damaged.")
_TYPE = _agent("Facebook does not take files of this type.")
_CONTENT = _agent("Facebook refused the content as reported by others.")
_MARKETING = _agent("Facebook wants more time between two marketing messages to the same person.")
_TOO_MANY = _agent("Too many messages went to people by their phone number.")
_OPT_IN = _agent("Facebook does not allow this request to opt in.")
_OPT_IN_AGAIN = _agent("This person was asked to opt in too often.")
_STOPPED = _agent("This person stopped messages about this topic.")
_BLOCKED_MENU = _agent("Facebook refused the menu because of what it would do to others.")
_INSTAGRAM = _agent("Instagram refused: the account, its link to the Page or its settings do not allow this.")
_TAG_OVERUSED = _agent("Facebook warns that too many tagged messages went to this person.")
_NO_PROFILE = Meaning("Facebook has no profile of people without a Facebook account.", Who.NOBODY, Act.GIVE_UP)
_DELETED = Meaning("The message was deleted before it went out.", Who.NOBODY, Act.GIVE_UP)
_LINKING = _agent("The customer's log-in took too long; they must start it again.")
_GAME = _agent("Facebook refused the message of a game.")
_CALL = _agent("Facebook refused the call: calls are switched off, or this person does not take any.")

# (code, subcode) → meaning; (code, None) is for every other subcode. The numbers above 2 000 000 that stand as codes
# come as subcodes too.
BOOK = {
    (1, None): BUSY,
    (1, 99): BUSY,
    (1, 1357046): WENT_OUT,
    (2, None): BUSY,
    (2, 2018344): _LABEL_TERMS,
    (3, None): _METHOD,
    (4, None): _SLOW_APP,
    (4, 2018022): _TOO_MANY,
    (4, 2018354): _MARKETING,
    (10, None): PERMISSION,
    (10, 1404170): _OPT_IN,
    (10, 1893015): _STOPPED,
    (10, 1893063): _RESTRICTED,
    (10, 2018065): _WINDOW,
    (10, 2018108): _NOT_NOW,
    (10, 2018278): _WINDOW,
    (10, 2018300): _OTHER_APP,
    (10, 2018336): _BLOCKED_MENU,
    (10, 2534022): _WINDOW,
    (10, 2534077): _INSTAGRAM,
    (11, None): _MENU,
    (17, None): _SLOW_PAGE,
    (27, None): NO_DEFAULT_APP,
    (32, None): _SLOW_PAGE,
    (100, None): OURS,
    (100, 33): OBJECT,
    (100, 1893061): _TAG,
    (100, 2018001): _NO_MATCH,
    (100, 2018008): _FETCH,
    (100, 2018014): _MIXED,
    (100, 2018034): _EMPTY,
    (100, 2018047): _UPLOAD,
    (100, 2018074): _STALE_FILE,
    (100, 2018109): _LARGE,
    (100, 2018164): _APP_ID,
    (100, 2018294): _VIDEO,
    (100, 2018320): _PRODUCT,
    (100, 2018328): _PRODUCT,
    (100, 2534013): _INSTAGRAM,
    (100, 2534014): _INSTAGRAM,
    (100, 2534015): _INSTAGRAM,
    (100, 2534025): _INSTAGRAM,
    (100, 2534029): _INSTAGRAM,
    (100, 2534037): _OTHER_APP,
    (102, None): _SESSION,
    (104, None): _NO_TOKEN,
    (190, None): _TOKEN,
    (190, 458): _REMOVED,
    (190, 459): _CHECKPOINT,
    (190, 460): _PASSWORD,
    (190, 463): _EXPIRED,
    (190, 464): _CHECKPOINT,
    (190, 467): _TOKEN,
    (190, 492): _ROLE,
    (190, 493): _EXPIRED,  # not used for 90 days
    (200, None): PERMISSION,
    (200, 1545041): _GONE,
    (200, 2018021): _NO_PHONE,
    (200, 2018027): _NO_PHONE,
    (200, 2018028): _NOT_LIVE,
    (230, None): _SCOPE,
    (341, None): _SLOW_APP,
    (368, None): _CONTENT,
    (368, 1346003): _CONTENT,
    (368, 1390008): _SPAM,
    (506, None): _TWICE,
    (546, None): _TYPE,
    (551, None): _GONE,
    (551, 1545041): _GONE,
    (613, None): _SLOW_PAGE,
    (613, 1996): _UNEVEN,
    (613, 1893016): _OPT_IN_AGAIN,
    (613, 2018338): _TAG_OVERUSED,
    (613, 2534040): _SLOW_PAGE,
    (803, None): _PATH,
    (1200, None): BUSY,
    (1200, 2018024): BUSY,
    (2022, None): _BLOCKED,
    (2500, None): _PATH,
    (10303, None): _LINKING,
    (80001, None): _SLOW_PAGE,
    (80002, None): _SLOW_PAGE,
    (80006, None): _SLOW_PAGE,
    (1609005, None): _LINK,
    (2018001, None): _NO_MATCH,
    (2018144, None): _GAME,
    (2018171, None): _ROLES_ONLY,
    (2018218, None): _NO_PROFILE,
    (2018234, None): _ROLES_ONLY,
    (2018247, None): _PROFILES,
    (2018300, None): _OTHER_APP,
    (2018321, None): _AUTOMATED,
    **{(code, None): _CALL for code in range(2018389, 2018397)},
    (9000001, None): _DELETED,
}


def look_up(code, subcode) -> Meaning | None:
    """By code and subcode, then by a subcode that the book knows as a code, then by the code alone."""
    is_long = isinstance(subcode, int) and subcode > 2_000_000
    as_code = BOOK.get((subcode, None)) if is_long else None
    return BOOK.get((code, subcode)) or as_code or BOOK.get((code, None))
