"""Offboarding: the end of an agent's work, shown line by line before it happens and until the last persona is gone."""
