"""Print secrets for .env: `python -m console.new_keys`. This needs no settings, because .env does not exist yet."""

import secrets
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec


def vapid_private_key():
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()


if __name__ == "__main__":
    print(f"SECRET_KEY={secrets.token_urlsafe(50)}")
    print(f"WEBHOOK_VERIFY_TOKEN={secrets.token_urlsafe(24)}")
    print(f"VAPID_PRIVATE_KEY={vapid_private_key()}")
    print(f"TOKEN_ENCRYPTION_KEYS={Fernet.generate_key().decode()}")
