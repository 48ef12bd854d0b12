"""The links. Each works once, until it expires (PASSWORD_RESET_TIMEOUT), and not after its agent has left."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode


class Tokens(PasswordResetTokenGenerator):
    """Tokens that a new password, a log-in, another e-mail address and a departure make invalid."""

    key_salt = "console.password_links"

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}{user.departures}"


tokens = Tokens()


def link_for(agent):
    """Return a new link. It is a secret: with it, anybody can act as the agent."""
    uid = urlsafe_base64_encode(force_bytes(agent.pk))
    return settings.PUBLIC_URL + reverse("choose-password", args=[uid, tokens.make_token(agent)])
