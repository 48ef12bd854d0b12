"""The settings of a console that is properly set up for production."""

PRODUCTION = {
    "SECRET_KEY": "x7Kq2vR9tB4nW8mZ1cL6pJ3hG5fD0sAyUeIoQrTwVbNk",
    "DATABASE_URL": "postgresql://console:gT5rW2qX@db/console",
    "REDIS_URL": "redis://redis",
    "PUBLIC_URL": "https://help.example.com",
    "ALLOWED_HOSTS": ["help.example.com"],
    "FACEBOOK_APP_ID": "1517776481860111",
    "FACEBOOK_APP_SECRET": "0f3b9a7c5d1e8f2a4b6c8d0e2f4a6b8c",
    "WEBHOOK_VERIFY_TOKEN": "k2Jd8sLq0Zx7Vb3N",
    "GRAPH_API_URL": "https://graph.facebook.com",
    "TOKEN_ENCRYPTION_KEYS": ["3q2-7wD_example5T4bY9kLmNpQrStUvWxYz0123456="],
    "PERSONA_NAME_PATTERN": "{first} {last_initial}.",
    "DEBUG": False,
}
