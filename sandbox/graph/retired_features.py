"""Features of the Graph API that apps created after 4 November 2026 may not use, on any version.

https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27
"""

import json
import re
from time import gmtime, strftime

from starlette.responses import JSONResponse, Response

from .. import errors
from .call import Call
from .field_selection import fields_parameter

ALIAS = re.compile(r"\.as\(")
CALLBACK_NAME = re.compile(r"[\w.$]+")


def check(call: Call):
    """Refuse a call that uses a retired feature, unless the app is an older one."""
    if call.grant.app.is_made_on_v27 and (feature := _used(call)):
        raise errors.FEATURE_RETIRED(feature=feature)


def response(call: Call, status: int | None, body: dict | list | None, headers: dict[str, str]) -> Response:
    """Return the answer, wrapped in a call of the function that `callback=` names (JSONP)."""
    name, is_made_on_v27 = str(call.query.get("callback", "")), call.grant and call.grant.app.is_made_on_v27
    if is_made_on_v27 or body is None or not CALLBACK_NAME.fullmatch(name):
        return JSONResponse(body, status, headers=headers)
    # Browsers run a script only when its status is 200; an error is in the body.
    return Response(f"/**/ {name}({json.dumps(body)});", headers=headers, media_type="text/javascript")


def format_time(call: Call, at: int) -> str | int:
    """Format a time (ms). Of the formats of `date_format` only seconds (`U`) are supported."""
    if call.get("date_format") == "U":
        return at // 1000
    return strftime("%Y-%m-%dT%H:%M:%S+0000", gmtime(at / 1000))


def _used(call: Call) -> str | None:
    """Return the first retired feature that the call uses. Batches are allowed unless asynchronous."""
    features = {
        "Multi-ID requests": "ids" in call.query,
        "Date formats (date_format)": "date_format" in call.params,
        "HTTP method overrides": call.is_overridden,
        "Field aliases": ALIAS.search(fields_parameter(call)),
        "JSONP callbacks": "callback" in call.query,
        "Asynchronous batch requests": "asyncbatch" in call.params or call.path.endswith("/async_batch_requests"),
    }
    return next((name for name, is_used in features.items() if is_used), None)
