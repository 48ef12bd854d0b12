"""The error catalogue: Facebook's error bodies, as far as they are known outside Facebook.

Messages and codes come from the Messenger Platform's error pages and from public issue threads. *real* means seen
there, *assumed* means unknown outside Facebook and chosen by us. HTTP statuses are observations at best.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

import secrets
from dataclasses import dataclass, field


class GraphError(Exception):
    """The error that a Graph call ends in: `status` for HTTP, `body` for JSON."""

    def __init__(self, status: int, error: dict):
        super().__init__(error["message"])
        self.status = status
        self.body = {"error": error | {"fbtrace_id": trace_id()}}


@dataclass(frozen=True)
class ErrorKind:
    """One row of the table. Call it with the blanks of the message to get the exception to raise."""

    message: str
    code: int
    subcode: int | None = None
    type: str = "OAuthException"
    status: int = 400
    more: dict = field(default_factory=dict)

    def __call__(self, **blanks) -> GraphError:
        error = {"message": self.message.format(**blanks), "type": self.type, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return GraphError(self.status, error | self.more)


def trace_id() -> str:
    return secrets.token_urlsafe(8)


# Tokens, apps and objects
TOKEN_MISSING = ErrorKind("An access token is required to request this resource.", 104)  # real
TOKEN_UNKNOWN = ErrorKind("Invalid OAuth access token.", 190)  # real
TOKEN_EXPIRED = ErrorKind(  # real
    "Error validating access token: Session has expired on {now}. The current time is {now}.", 190, 463
)
PASSWORD_CHANGED = ErrorKind(  # real
    "Error validating access token: The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons.",
    190,
    460,
)
APP_REMOVED = ErrorKind(  # real code, text assumed
    "Error validating access token: The user has not authorized application {app}.", 190, 458
)
USER_CHECKPOINTED = ErrorKind(  # real code, text assumed
    "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the "
    "instructions given.",
    190,
    459,
)
PROOF_MISSING = ErrorKind(  # real
    "API calls from the server require an appsecret_proof argument", 100, type="GraphMethodException"
)
PERMISSION_MISSING = ErrorKind(
    "(#230) Requires {name} permission to manage the object", 230, status=403
)  # real pattern
APP_UNKNOWN = ErrorKind("Error validating application. Cannot get application info due to a system error.", 101)  # real
SECRET_WRONG = ErrorKind("Error validating client secret.", 1)  # real
PROOF_WRONG = ErrorKind(
    "Invalid appsecret_proof provided in the API argument", 100, type="GraphMethodException"
)  # real
OBJECT_UNKNOWN = ErrorKind(  # real text and code, type by general practice
    "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, "
    "or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api",
    100,
    33,
    type="GraphMethodException",
)
PATH_UNKNOWN = ErrorKind(  # real
    "(#803) Some of the aliases you requested do not exist: {alias}", 803, status=404
)

# Syntax of the call
FEATURE_RETIRED = ErrorKind(  # assumed
    "(#12) {feature} are not available to apps created on or after the release of v27.0", 12
)
PARAM_MISSING = ErrorKind("(#100) The parameter {name} is required", 100)  # real for recipient
PARAM_EMPTY = ErrorKind("(#100) param {name} must be non-empty", 100)  # real for recipient
PARAM_TOO_LONG = ErrorKind("(#100) Length of param {name} must be less than or equal to {limit}", 100)  # real for text
PARAM_TOO_MANY = ErrorKind("(#100) Param {name} must have at most {limit} elements", 100)  # assumed
PARAM_NOT_URL = ErrorKind("(#100) {name} should represent a valid URL", 100)  # real for url
PARAM_NOT_LISTED = ErrorKind('(#100) Param {name} must be one of {{{choices}}} - got "{got}".', 100)  # assumed
PARAM_INVALID = ErrorKind("(#100) Invalid parameter", 100)  # assumed
KEYS_UNKNOWN = ErrorKind('(#100) Invalid keys "{keys}" were found in param "{name}".', 100)  # real
RECIPIENT_INVALID = ErrorKind('(#100) Param recipient[id] must be a valid ID string (e.g., "123")', 100)  # real
MESSAGE_AND_ACTION = ErrorKind("(#100) Cannot send both message and state at the same time.", 100, 2018014)  # real
MESSAGE_EMPTY = ErrorKind(  # code real in 2017, text assumed
    "(#100) Message cannot be empty, must provide valid attachment or text", 100, 2018034
)
TAG_RETIRED = ErrorKind("Invalid parameter", 100, 1893061)  # real
TEXT_AND_ATTACHMENT = ErrorKind("(#100) Message cannot contain both text and attachment", 100)  # assumed
PARAM_TOO_FEW = ErrorKind("(#100) Param {name} must have at least {limit} elements", 100)  # assumed
PARAM_NOT_NUMBER = ErrorKind("(#100) Param {name} must be a number from 1 to {limit}", 100)  # assumed
MEDIA_INVALID = ErrorKind("(#100) Media template must have an attachment_id or a Facebook URL", 100, 2018173)  # assumed
METRIC_UNKNOWN = ErrorKind("(#100) The value must be a valid insights metric", 100)  # real
BATCH_TOO_LONG = ErrorKind("Too many requests in batch message. Maximum batch size is 50", 100)  # real pattern
PROFILE_EMPTY = ErrorKind("(#100) You must set at least one messenger profile setting", 100)  # assumed

# Personas, recipients and the messaging window
PERSONA_UNKNOWN = ErrorKind("(#100) Invalid persona_id", 100)  # assumed: no public evidence
PERSONA_CANNOT = ErrorKind("(#100) Sender action is not supported for personas", 100)  # assumed
PERSON_UNKNOWN = ErrorKind("(#100) No matching user found", 100, 2018001)  # real
PERSON_UNAVAILABLE = ErrorKind("(#551) This person isn't available right now.", 551, 1545041)  # real
PAGE_RESTRICTED = ErrorKind(  # real code, prefix assumed
    "(#10) You are temporarily restricted from sending messages.", 10, 1893063
)
ALREADY_REPLIED = ErrorKind("(#10900) Activity already replied to", 10900)  # real
NOTIFICATION_TOKEN_USED = ErrorKind("(#100) Invalid one time notification token", 100)  # assumed
REPLY_TO_UNKNOWN = ErrorKind("(#100) Invalid reply_to message", 100)  # assumed
NO_PROFILE = ErrorKind(  # real code, text assumed
    "(#100) No profile available for this user.", 100, 2018218
)
PROFILE_NOT_PERMITTED = ErrorKind(  # real code, text assumed
    "(#100) Insufficient permission to access user profile.", 100, 2018247
)
MESSAGE_DELETED = ErrorKind("(#9000001) This message has been deleted.", 9000001)  # real code, text assumed
HUMAN_AGENT_UNAPPROVED = ErrorKind(  # real start, the tail is assumed
    "(#10) To use 'Human Agent', your use of this endpoint must be reviewed and approved by Facebook. To submit this "
    "'Human Agent' feature for review please read our documentation on reviewable features: "
    "https://developers.facebook.com/docs/apps/review.",
    10,
)
OUTSIDE_WINDOW = ErrorKind(  # real
    "(#10) This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview",
    10,
    2018278,
)

# Thread control
THREAD_CONTROLLED = ErrorKind(  # real
    "(#10) Message failed to send because another app is controlling this thread now.", 10, 2018300
)
NOT_THREAD_OWNER = ErrorKind("(#100) The action is invalid since it's not the thread owner.", 100, 2534037)  # real
TARGET_APP_UNKNOWN = ErrorKind("(#100) Incorrect App ID.", 100, 2018164)  # real
NO_DEFAULT_APP = ErrorKind("(#27) The Page has no default app for conversation routing.", 27)  # real code, text assumed
TAKE_NOT_PERMITTED = ErrorKind("(#200) The Page does not let this app take thread control.", 200)  # assumed

# Voice calls: all assumed
CALL_UNKNOWN = ErrorKind("(#100) Invalid call_id", 100)
CALL_SESSION_INVALID = ErrorKind("(#100) Param session must hold an SDP offer", 100)
CALL_OVER = ErrorKind("(#100) The call has ended", 100)
CALL_ACCEPTED = ErrorKind("(#100) The call was already accepted", 100)
CALL_OF_ANOTHER_APP = ErrorKind("(#100) The calling app is not the owner of the call", 100)

# Rate limits
APP_LIMIT = ErrorKind("(#4) Application request limit reached", 4, more={"is_transient": True})  # real
PAGE_LIMIT = ErrorKind(  # real code, text by analogy with 80001
    "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again. For more info, "
    "please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
    80006,
)
EDGE_LIMIT = ErrorKind("(#613) Calls to this api have exceeded the rate limit.", 613)  # real

# Downloads and uploads: real for attachments, assumed for persona pictures
FILE_NOT_FETCHED = ErrorKind("(#100) Failed to fetch the file from the url", 100, 2018008)
FILE_NOT_ACCEPTED = ErrorKind("(#100) Upload attachment failure.", 100, 2018047)
FILE_TOO_LARGE = ErrorKind("(#100) Attachment size exceeds allowable limit", 100, 2018109)
FILE_MISSING = ErrorKind("(#100) Incorrect number of files uploaded. Must upload exactly one file.", 100)  # real
ATTACHMENT_UNKNOWN = ErrorKind("(#100) Invalid attachment id", 100, 2018074)  # real code, text assumed
FILE_FLAGGED = ErrorKind(  # real
    "Your message couldn't be sent because it includes content that other people on Facebook have reported as abusive.",
    368,
    1346003,
    more={"error_data": {"help_center_id": 0, "sentry_block_data": "sandbox"}, "error_user_msg": ""},
)

# Webhooks
CALLBACK_UNVERIFIED = ErrorKind("(#2200) callback verification failed: {reason}", 2200)  # assumed

# Failures of Facebook itself
UNEXPECTED = ErrorKind(  # real
    "An unexpected error has occurred. Please retry your request later.", 2, status=500, more={"is_transient": True}
)
