#!/usr/bin/env python3
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    if os.environ.get("LOG_LEVEL", "") in ("", "INFO"):
        os.environ["LOG_LEVEL"] = "WARNING"  # a command prints what it does
    execute_from_command_line(sys.argv)
