"""A text column that is encrypted at rest."""

from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


@cache
def _box(keys):
    return MultiFernet([Fernet(key) for key in keys])


def box():
    """Encrypts with the first of TOKEN_ENCRYPTION_KEYS and decrypts with any, so that keys can be changed."""
    return _box(tuple(settings.TOKEN_ENCRYPTION_KEYS))


class EncryptedTextField(models.TextField):
    """Plain in Python, ciphertext in the database. A wrong key raises InvalidToken; it cannot be searched."""

    def get_prep_value(self, value):
        return value and box().encrypt(value.encode()).decode()

    def from_db_value(self, value, expression, connection):
        return value and box().decrypt(value.encode()).decode()

    def get_lookup(self, lookup_name):
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched.")
