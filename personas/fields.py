"""A text column that is encrypted at rest."""

import logging
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

logger = logging.getLogger(__name__)


@cache
def _box(keys):
    return MultiFernet([Fernet(key) for key in keys])


def box():
    """Return what encrypts with the first of TOKEN_ENCRYPTION_KEYS and decrypts with any, so keys can be changed."""
    return _box(tuple(settings.TOKEN_ENCRYPTION_KEYS))


class EncryptedTextField(models.TextField):
    """A text that is plain in Python and encrypted in the database. It cannot be searched.

    A value that no key decrypts reads as "": Facebook then refuses it as a missing token, and an admin enters it again.
    """

    def get_prep_value(self, value):
        return value and box().encrypt(value.encode()).decode()

    def from_db_value(self, value, expression, connection):
        try:
            return value and box().decrypt(value.encode()).decode()
        except InvalidToken:
            logger.error("%s cannot be decrypted: TOKEN_ENCRYPTION_KEYS lacks its key", self)
            return ""

    def get_lookup(self, lookup_name):
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched.")
