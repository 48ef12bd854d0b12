"""Checks at start-up, each refusal a sentence that says what to change.

settings_checks.py looks at the environment variables whenever the settings are read. example_credentials.py looks in
the database of a web server that starts in production, and deploy_check.py does so in `manage.py check --deploy`.
"""

from .settings_checks import (
    EXAMPLE,
    EXAMPLE_KEY,
    REQUIRED,
    boolean,
    days,
    is_example,
    is_production,
    refuse_invalid_vapid_key,
    refuse_malformed,
    refuse_missing_or_weak,
    refuse_missing_sender,
    seconds,
    whole,
)

__all__ = [
    "EXAMPLE",
    "EXAMPLE_KEY",
    "REQUIRED",
    "boolean",
    "days",
    "is_example",
    "is_production",
    "refuse_invalid_vapid_key",
    "refuse_malformed",
    "refuse_missing_or_weak",
    "refuse_missing_sender",
    "seconds",
    "whole",
]
