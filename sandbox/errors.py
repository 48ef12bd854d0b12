"""Facebook's error bodies, as far as anybody outside knows them.

Wording and codes are those of the Messenger Platform's error pages and of public issue threads; *real* means seen
there, *assumed* means that nobody outside Facebook knows and we chose. HTTP statuses are observations at best.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

import secrets
from dataclasses import dataclass, field


class Refused(Exception):
    """A Graph call that ends in an error: `status` for HTTP, `body` for JSON."""

    def __init__(self, status: int, error: dict):
        super().__init__(error["message"])
        self.status = status
        self.body = {"error": error | {"fbtrace_id": trace_id()}}


@dataclass(frozen=True)
class Refusal:
    """One row of the table. Call it, filling the blanks of the message, to get the exception to raise."""

    message: str
    code: int
    subcode: int | None = None
    type: str = "OAuthException"
    status: int = 400
    more: dict = field(default_factory=dict)

    def __call__(self, **blanks) -> Refused:
        error = {"message": self.message.format(**blanks), "type": self.type, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return Refused(self.status, error | self.more)


def trace_id() -> str:
    return secrets.token_urlsafe(8)


# Who calls, and for what
TOKEN_MISSING = Refusal("An access token is required to request this resource.", 104)  # real
TOKEN_UNKNOWN = Refusal("Invalid OAuth access token.", 190)  # real
TOKEN_EXPIRED = Refusal(  # real
    "Error validating access token: Session has expired on {now}. The current time is {now}.", 190, 463
)
PASSWORD_CHANGED = Refusal(  # real
    "Error validating access token: The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons.",
    190,
    460,
)
APP_REMOVED = Refusal(  # real code, text assumed
    "Error validating access token: The user has not authorized application {app}.", 190, 458
)
USER_CHECKPOINTED = Refusal(  # real code, text assumed
    "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the "
    "instructions given.",
    190,
    459,
)
PROOF_MISSING = Refusal(  # real
    "API calls from the server require an appsecret_proof argument", 100, type="GraphMethodException"
)
PERMISSION_MISSING = Refusal("(#230) Requires {name} permission to manage the object", 230, status=403)  # real pattern
APP_UNKNOWN = Refusal("Error validating application. Cannot get application info due to a system error.", 101)  # real
SECRET_WRONG = Refusal("Error validating client secret.", 1)  # real
PROOF_WRONG = Refusal("Invalid appsecret_proof provided in the API argument", 100, type="GraphMethodException")  # real
OBJECT_UNKNOWN = Refusal(  # real text and code, type by general practice
    "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api",
    100,
    33,
    type="GraphMethodException",
)
PATH_UNKNOWN = Refusal(  # real
    "(#803) Some of the aliases you requested do not exist: {alias}", 803, status=404
)

# How the call is written
FEATURE_RETIRED = Refusal(  # assumed
    "(#12) {feature} are not available to apps created on or after the release of v27.0", 12
)
PARAM_MISSING = Refusal("(#100) The parameter {name} is required", 100)  # real for recipient
PARAM_EMPTY = Refusal("(#100) param {name} must be non-empty", 100)  # real for recipient
PARAM_TOO_LONG = Refusal("(#100) Length of param {name} must be less than or equal to {limit}", 100)  # real for text
PARAM_TOO_MANY = Refusal("(#100) Param {name} must have at most {limit} elements", 100)  # assumed
PARAM_NOT_URL = Refusal("(#100) {name} should represent a valid URL", 100)  # real for url
PARAM_NOT_LISTED = Refusal('(#100) Param {name} must be one of {{{choices}}} - got "{got}".', 100)  # assumed
PARAM_INVALID = Refusal("(#100) Invalid parameter", 100)  # assumed
KEYS_UNKNOWN = Refusal('(#100) Invalid keys "{keys}" were found in param "{name}".', 100)  # real
RECIPIENT_INVALID = Refusal('(#100) Param recipient[id] must be a valid ID string (e.g., "123")', 100)  # real
MESSAGE_AND_ACTION = Refusal("(#100) Cannot send both message and state at the same time.", 100, 2018014)  # real
MESSAGE_EMPTY = Refusal(  # code real in 2017, text assumed
    "(#100) Message cannot be empty, must provide valid attachment or text", 100, 2018034
)
TAG_RETIRED = Refusal("Invalid parameter", 100, 1893061)  # real
TEXT_AND_ATTACHMENT = Refusal("(#100) Message cannot contain both text and attachment", 100)  # assumed
PARAM_TOO_FEW = Refusal("(#100) Param {name} must have at least {limit} elements", 100)  # assumed
PARAM_NOT_NUMBER = Refusal("(#100) Param {name} must be a number from 1 to {limit}", 100)  # assumed
MEDIA_INVALID = Refusal("(#100) Media template must have an attachment_id or a Facebook URL", 100, 2018173)  # assumed
METRIC_UNKNOWN = Refusal("(#100) The value must be a valid insights metric", 100)  # real
BATCH_TOO_LONG = Refusal("Too many requests in batch message. Maximum batch size is 50", 100)  # real pattern
PROFILE_EMPTY = Refusal("(#100) You must set at least one messenger profile setting", 100)  # assumed

# Who is spoken to, as whom, and when
PERSONA_UNKNOWN = Refusal("(#100) Invalid persona_id", 100)  # assumed: there is no public evidence
PERSONA_CANNOT = Refusal("(#100) Sender action is not supported for personas", 100)  # assumed
PERSON_UNKNOWN = Refusal("(#100) No matching user found", 100, 2018001)  # real
PERSON_UNAVAILABLE = Refusal("(#551) This person isn't available right now.", 551, 1545041)  # real
PAGE_RESTRICTED = Refusal(  # real code, prefix assumed
    "(#10) You are temporarily restricted from sending messages.", 10, 1893063
)
ALREADY_REPLIED = Refusal("(#10900) Activity already replied to", 10900)  # real
NOTICE_USED_UP = Refusal("(#100) Invalid one time notification token", 100)  # assumed
REPLY_TO_UNKNOWN = Refusal("(#100) Invalid reply_to message", 100)  # assumed
NO_PROFILE = Refusal(  # real code, text assumed
    "(#100) No profile available for this user.", 100, 2018218
)
PROFILE_NOT_PERMITTED = Refusal(  # real code, text assumed
    "(#100) Insufficient permission to access user profile.", 100, 2018247
)
MESSAGE_DELETED = Refusal("(#9000001) This message has been deleted.", 9000001)  # real code, text assumed
HUMAN_AGENT_UNAPPROVED = Refusal(  # real start, the tail is assumed
    "(#10) To use 'Human Agent', your use of this endpoint must be reviewed and approved by Facebook. To submit this "
    "'Human Agent' feature for review please read our documentation on reviewable features: "
    "https://developers.facebook.com/docs/apps/review.",
    10,
)
OUTSIDE_WINDOW = Refusal(  # real
    "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview",
    10,
    2018278,
)

# Who controls the thread
THREAD_CONTROLLED = Refusal(  # real
    "(#10) Message failed to send because another app is controlling this thread now.", 10, 2018300
)
NOT_THREAD_OWNER = Refusal("(#100) The action is invalid since it's not the thread owner.", 100, 2534037)  # real
TARGET_APP_UNKNOWN = Refusal("(#100) Incorrect App ID.", 100, 2018164)  # real
NO_DEFAULT_APP = Refusal("(#27) The Page has no default app for conversation routing.", 27)  # real code, text assumed
TAKING_FORBIDDEN = Refusal("(#200) The Page does not let this app take thread control.", 200)  # assumed

# Who calls by telephone: all assumed
CALL_UNKNOWN = Refusal("(#100) Invalid call_id", 100)
CALL_SESSION_INVALID = Refusal("(#100) Param session must hold an SDP offer", 100)
CALL_OVER = Refusal("(#100) The call has ended", 100)
CALL_ACCEPTED = Refusal("(#100) The call was already accepted", 100)
CALL_OF_ANOTHER_APP = Refusal("(#100) The calling app is not the owner of the call", 100)

# Too much
APP_LIMIT = Refusal("(#4) Application request limit reached", 4, more={"is_transient": True})  # real
PAGE_LIMIT = Refusal(  # real code, text by analogy with 80001
    "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again. For more info, "
    "please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
    80006,
)
EDGE_LIMIT = Refusal("(#613) Calls to this api have exceeded the rate limit.", 613)  # real

# What Facebook fetches: real for attachments; that persona pictures get the same is assumed
FILE_NOT_FETCHED = Refusal("(#100) Failed to fetch the file from the url", 100, 2018008)
FILE_NOT_ACCEPTED = Refusal("(#100) Upload attachment failure.", 100, 2018047)
FILE_TOO_LARGE = Refusal("(#100) Attachment size exceeds allowable limit", 100, 2018109)
FILE_MISSING = Refusal("(#100) Incorrect number of files uploaded. Must upload exactly one file.", 100)  # real
ATTACHMENT_UNKNOWN = Refusal("(#100) Invalid attachment id", 100, 2018074)  # real code, text assumed
FILE_FLAGGED = Refusal(  # real
    "Your message couldn't be sent because it includes content that other people on Facebook have reported as abusive.",
    368,
    1346003,
    more={"error_data": {"help_center_id": 0, "sentry_block_data": "sandbox"}, "error_user_msg": ""},
)

# What Facebook calls
CALLBACK_UNVERIFIED = Refusal("(#2200) callback verification failed: {reason}", 2200)  # assumed

# Facebook itself, on a bad day
UNEXPECTED = Refusal(  # real
    "An unexpected error has occurred. Please retry your request later.", 2, status=500, more={"is_transient": True}
)
