"""Print secrets for .env: `python -m console.new_keys`. This needs no settings, because .env does not exist yet."""

import secrets

from cryptography.fernet import Fernet

if __name__ == "__main__":
    print(f"SECRET_KEY={secrets.token_urlsafe(50)}")
    print(f"WEBHOOK_VERIFY_TOKEN={secrets.token_urlsafe(24)}")
    print(f"TOKEN_ENCRYPTION_KEYS={Fernet.generate_key().decode()}")
