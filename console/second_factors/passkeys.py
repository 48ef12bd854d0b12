"""Passkeys (WebAuthn): the browser signs a challenge, which the session keeps and which is good for one attempt.

fido2 checks the origin, the challenge and the signature. It is imported late, as it reads a list of all domains.
"""

import base64
import json
import struct

from django.db import transaction

from console.second_factors.models import MOST_PASSKEYS, SecondFactor
from console.second_factors.totp import ISSUER

STATE, NEW_STATE = "passkey", "new_passkey"  # the challenges, in the session
MOST_CHARACTERS = 20_000  # of what a browser sends
NOT_VALID = (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)  # fido2 lets all out


def begin_registration(request):
    """Return what the browser needs to make a passkey, as JSON, and remember the challenge."""
    from fido2.webauthn import PublicKeyCredentialUserEntity

    agent = request.user
    entity = PublicKeyCredentialUserEntity(
        id=str(agent.pk).encode(), name=agent.get_username(), display_name=agent.get_full_name() or agent.get_username()
    )
    options, request.session[NEW_STATE] = _server(request).register_begin(
        entity, [one for one, _passkey in _credentials(agent)], user_verification="preferred"
    )
    return json.dumps(dict(options))


def register(request, answer, name):
    """Keep the passkey that a browser has made; return it, or None if the answer is not valid."""
    try:
        made = _server(request).register_complete(request.session.pop(NEW_STATE), _parsed(answer))
    except NOT_VALID:
        return None
    with transaction.atomic():
        SecondFactor.objects.lock(request.user)
        if request.user.second_factors.passkeys().count() >= MOST_PASSKEYS:
            return None
        secret = base64.b64encode(bytes(made.credential_data)).decode()
        kind = SecondFactor.Kind.PASSKEY
        return SecondFactor.objects.add(request.user, kind=kind, name=name, secret=secret, counter=made.counter)


def begin_authentication(request, agent, verification="preferred"):
    """Return what the browser needs to use a passkey of the agent, as JSON; "" without any.

    verification: "required" if whoever touches the key has to show by a PIN or a finger that it is theirs.
    """
    credentials = [one for one, _passkey in _credentials(agent)]
    if not credentials:
        return ""
    options, request.session[STATE] = _server(request).authenticate_begin(credentials, user_verification=verification)
    return json.dumps(dict(options))


def accept_passkey(request, agent, answer):
    """Return whether the answer is signed by a passkey of the agent. A copied passkey counts lower than the agent's."""
    credentials = _credentials(agent)
    try:
        parsed = _parsed(answer)
        used = _server(request).authenticate_complete(
            request.session.pop(STATE), [one for one, _passkey in credentials], parsed
        )
        counter = _counter(parsed)
    except NOT_VALID:
        return False
    factor = next(passkey for one, passkey in credentials if one.credential_id == used.credential_id)
    return factor.advance(counter) if counter or factor.counter else factor.note_use()


def _parsed(answer):
    if len(answer) > MOST_CHARACTERS:
        raise ValueError
    return json.loads(answer)


def _counter(answer):
    from fido2.webauthn import AuthenticationResponse

    return AuthenticationResponse.from_dict(answer).response.authenticator_data.counter


def _credentials(agent):
    """Return pairs of a credential and its passkey. A passkey that cannot be decrypted any more is left out."""
    from fido2.webauthn import AttestedCredentialData

    passkeys = [passkey for passkey in agent.second_factors.passkeys() if passkey.secret]
    return [(AttestedCredentialData(base64.b64decode(passkey.secret)), passkey) for passkey in passkeys]


def _server(request):
    """Return the server of the host that the browser asked, which ALLOWED_HOSTS names: the browser signs it too."""
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    return Fido2Server(PublicKeyCredentialRpEntity(id=request.get_host().partition(":")[0], name=ISSUER))
