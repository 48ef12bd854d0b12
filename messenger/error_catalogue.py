"""The error catalogue: for each of Facebook's (code, subcode) its meaning, who is responsible, and what to do about it.

Facebook's texts change and are translated, so the codes decide and never the text.
https://developers.facebook.com/docs/messenger-platform/error-codes
"""

from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """An action of the caller after an error."""

    RETRY = "retry later"
    SLOW_DOWN_PAGE = "slow down the calls of this Page"
    SLOW_DOWN_APP = "slow down the calls of the app, for all its Pages"
    RENEW_TOKEN = "renew the token"  # noqa: S105
    PAUSE_PAGE = "pause the Page"
    REPLACE_PERSONA = "create the persona again"
    WINDOW_CLOSED = "wait until the customer writes again"
    OTHER_APP = "leave the thread to the app that controls it"
    UNREACHABLE = "stop writing to this person"
    GIVE_UP = "give up"

    @property
    def is_retryable(self):
        """Return whether the same call may succeed later without anybody doing anything."""
        return self in (Action.RETRY, Action.SLOW_DOWN_PAGE, Action.SLOW_DOWN_APP)

    @property
    def is_rate_limit(self):
        """Return whether the whole Page, or the app with all its Pages, has to make fewer calls."""
        return self in (Action.SLOW_DOWN_PAGE, Action.SLOW_DOWN_APP)

    @property
    def pauses_page(self):
        """Return whether nothing can be sent for the Page until somebody has done something."""
        return self in (Action.RENEW_TOKEN, Action.PAUSE_PAGE)


class Responsible(Enum):
    """The party that has to do something about an error."""

    NOBODY = "nobody"
    AGENT = "agent"
    ADMIN = "admin"
    DEVELOPER = "developer"


@dataclass(frozen=True)
class Meaning:
    """An entry of the catalogue. sentence: for people, in English."""

    sentence: str
    responsible: Responsible
    action: Action


def _(sentence):
    """Mark a sentence for translation: whoever shows it translates it."""
    return sentence


def _nobody(sentence, action=Action.RETRY):
    return Meaning(sentence, Responsible.NOBODY, action)


def _agent(sentence, action=Action.GIVE_UP):
    return Meaning(sentence, Responsible.AGENT, action)


def _admin(sentence, action=Action.GIVE_UP):
    return Meaning(sentence, Responsible.ADMIN, action)


def _developer(sentence, action=Action.GIVE_UP):
    return Meaning(sentence, Responsible.DEVELOPER, action)


BUSY = _nobody(_("Facebook is not available right now."))
NO_ANSWER = _nobody(_("Facebook did not answer."))
SENT_DESPITE_ERROR = _nobody(
    _("Facebook reported an error, yet the message reached the customer; its echo will show it.")
)
MISSING_PERMISSION = _admin(_("Our app lacks a permission on this Page; an admin must grant it."))
WRONG_APP_SECRET = _admin(_("Facebook did not accept our app secret; an admin must correct it."), Action.PAUSE_PAGE)
MALFORMED = _developer(_("Facebook refused the request as malformed; this is our fault."))
UNKNOWN_OBJECT = _developer(
    _("Facebook no longer knows the object, or does not let us see it."), Action.REPLACE_PERSONA
)
UNEXPLAINED = _agent(_("Facebook refused without a reason that we know."))

_SLOW_APP = _nobody(_("Facebook limits how much our app may call; we slow down."), Action.SLOW_DOWN_APP)
_SLOW_PAGE = _nobody(_("Facebook limits how much this Page may call; we slow down."), Action.SLOW_DOWN_PAGE)
_UNEVEN_TRAFFIC = _nobody(_("Facebook finds this Page's traffic too uneven; we slow down."), Action.SLOW_DOWN_PAGE)
_SESSION = _admin(_("Facebook no longer accepts the Page's log-in; an admin must renew the token."), Action.RENEW_TOKEN)
_NO_TOKEN = _admin(_("Facebook was given no access token; an admin must enter one for the Page."), Action.RENEW_TOKEN)
_TOKEN = _admin(_("The Page's access token no longer works; an admin must renew it."), Action.RENEW_TOKEN)
_REMOVED = _admin(_("Our app was removed from the Page; an admin must connect it again."), Action.RENEW_TOKEN)
_CHECKPOINT = _admin(
    _("Facebook wants the person who made the Page's token to log in there; then an admin must renew it."),
    Action.RENEW_TOKEN,
)
_PASSWORD = _admin(
    _("The Page's token ended with a changed password or a closed session; an admin must renew it."), Action.RENEW_TOKEN
)
_EXPIRED = _admin(_("The Page's access token has expired; an admin must renew it."), Action.RENEW_TOKEN)
_ROLE = _admin(
    _("The person who made the token no longer has a role on the Page; an admin with one must renew it."),
    Action.RENEW_TOKEN,
)
_SCOPE = _admin(_("The Page's access token lacks a permission; an admin must renew it."), Action.RENEW_TOKEN)
_NOT_LIVE = _admin(_("Our app may not yet write to this customer: get it approved, or make them a tester of it."))
_NO_PHONE = _admin(_("Our app may not write to customers by their phone number; an admin must request the permission."))
_RESTRICTED = _admin(
    _("Facebook has restricted this Page from sending for now; an admin must look into it."), Action.PAUSE_PAGE
)
_BLOCKED = _admin(
    _("Facebook has blocked this Page from sending for now; an admin must look into it."), Action.PAUSE_PAGE
)
_SPAM = _admin(_("Facebook has blocked this Page because of spam; an admin must look into it."), Action.PAUSE_PAGE)
NO_DEFAULT_APP = _admin(
    _("The Page has no default app, so nobody can take a conversation; an admin must choose one."), Action.OTHER_APP
)
_LABEL_TERMS = _admin(_("Facebook's terms for labels are not accepted; an admin must accept them for the Page."))
_PROFILES = _admin(_("Our app may not see the profiles of customers; an admin must request the permission."))
_APP_ID = _developer(
    _("Facebook knows no app with the id that the conversation was passed to; our settings are wrong.")
)
_METHOD = _developer(_("Facebook knows no such method; this is our fault."))
_PATH = _developer(_("Facebook knows no such address; this is our fault."))
_DUPLICATE = _developer(_("Facebook refused the same thing twice."))
_LINK = _developer(_("Facebook could not read the page behind a link."))
_MENU = _developer(_("Facebook takes no menus within menus."))
_MIXED = _developer(_("A message and a sender action were sent together; this is our fault."))
_EMPTY = _developer(_("The message was empty."))
_TAG = _developer(_("Facebook no longer takes the tag that was used."))
_PRODUCT = _developer(_("Facebook refused the product template: the product is not there, or not for sale."))
_WINDOW = _agent(
    _("More than 24 hours have passed since the customer last wrote; Facebook lets us reply once they write again."),
    Action.WINDOW_CLOSED,
)
_BLOCKED_BY_PERSON = _agent(
    _("This customer cannot be reached: they blocked the Page, or left Messenger."), Action.UNREACHABLE
)
_NOT_NOW = _agent(_("This customer cannot get messages at the moment."), Action.UNREACHABLE)
_NO_MATCH = _agent(_("Facebook knows no such customer on this Page."), Action.UNREACHABLE)
_OTHER_APP = _agent(_("Another app or the Page Inbox holds this conversation now."), Action.OTHER_APP)
_ROLES_ONLY = _agent(_("Only the apps to which the Page gave a part in conversations may do this."), Action.OTHER_APP)
_AUTOMATED = _agent(_("Facebook's own automated replies run in this conversation now."), Action.OTHER_APP)
_FETCH = _agent(_("Facebook could not fetch the file from its address."))
_UPLOAD = _agent(_("Facebook could not use the file: its content and type do not match, or it is damaged."))
EXPIRED_FILE = _agent(_("Facebook no longer has the file; it must be uploaded again."))
_TOO_LARGE = _agent(_("The file is too large for Facebook."))
_VIDEO = _agent(_("Facebook could not fetch the film in time, or it is damaged."))
_TYPE = _agent(_("Facebook does not take files of this type."))
_CONTENT = _agent(_("Facebook refused the content as reported by others."))
_MARKETING = _agent(_("Facebook wants more time between two marketing messages to the same customer."))
_TOO_MANY = _agent(_("Too many messages went to customers by their phone number."))
_OPT_IN = _agent(_("Facebook does not allow this request to opt in."))
_OPT_IN_AGAIN = _agent(_("This customer was asked to opt in too often."))
_STOPPED = _agent(_("This customer stopped messages about this topic."))
_REFUSED_MENU = _agent(_("Facebook refused the menu because of its effect on others."))
_INSTAGRAM = _agent(_("Instagram refused: the account, its link to the Page or its settings do not allow this."))
_TAG_OVERUSED = _agent(_("Facebook warns that too many tagged messages went to this customer."))
_NO_PROFILE = _nobody(_("Facebook has no profile of customers without a Facebook account."), Action.GIVE_UP)
_DELETED = _nobody(_("The message was deleted before it went out."), Action.GIVE_UP)
_LINKING = _agent(_("The customer's log-in took too long; they must start it again."))
_GAME = _agent(_("Facebook refused the message of a game."))
_CALL = _agent(_("Facebook refused the call: calls are switched off, or this customer does not take any."))

# (code, subcode) → meaning; (code, None) is for every other subcode. The numbers above 2 000 000 that stand as codes
# come as subcodes too.
CATALOGUE = {
    (1, None): BUSY,
    (1, 99): BUSY,
    (1, 1357046): SENT_DESPITE_ERROR,
    (2, None): BUSY,
    (2, 2018344): _LABEL_TERMS,
    (3, None): _METHOD,
    (4, None): _SLOW_APP,
    (4, 2018022): _TOO_MANY,
    (4, 2018354): _MARKETING,
    (10, None): MISSING_PERMISSION,
    (10, 1404170): _OPT_IN,
    (10, 1893015): _STOPPED,
    (10, 1893063): _RESTRICTED,
    (10, 2018065): _WINDOW,
    (10, 2018108): _NOT_NOW,
    (10, 2018278): _WINDOW,
    (10, 2018300): _OTHER_APP,
    (10, 2018336): _REFUSED_MENU,
    (10, 2534022): _WINDOW,
    (10, 2534077): _INSTAGRAM,
    (11, None): _MENU,
    (17, None): _SLOW_PAGE,
    (27, None): NO_DEFAULT_APP,
    (32, None): _SLOW_PAGE,
    (100, None): MALFORMED,
    (100, 33): UNKNOWN_OBJECT,
    (100, 1893061): _TAG,
    (100, 2018001): _NO_MATCH,
    (100, 2018008): _FETCH,
    (100, 2018014): _MIXED,
    (100, 2018034): _EMPTY,
    (100, 2018047): _UPLOAD,
    (100, 2018074): EXPIRED_FILE,
    (100, 2018109): _TOO_LARGE,
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
    (200, None): MISSING_PERMISSION,
    (200, 1545041): _BLOCKED_BY_PERSON,
    (200, 2018021): _NO_PHONE,
    (200, 2018027): _NO_PHONE,
    (200, 2018028): _NOT_LIVE,
    (230, None): _SCOPE,
    (341, None): _SLOW_APP,
    (368, None): _CONTENT,
    (368, 1346003): _CONTENT,
    (368, 1390008): _SPAM,
    (506, None): _DUPLICATE,
    (546, None): _TYPE,
    (551, None): _BLOCKED_BY_PERSON,
    (551, 1545041): _BLOCKED_BY_PERSON,
    (613, None): _SLOW_PAGE,
    (613, 1996): _UNEVEN_TRAFFIC,
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
    """Return the meaning of a code and subcode, or None if the catalogue has neither.

    The pair comes first, then a subcode that is listed as a code, then the code alone.
    """
    is_long = isinstance(subcode, int) and subcode > 2_000_000
    as_code = CATALOGUE.get((subcode, None)) if is_long else None
    return CATALOGUE.get((code, subcode)) or as_code or CATALOGUE.get((code, None))
