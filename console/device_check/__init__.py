"""Checks of an agent's device: whether it would call them, stay connected, and keep their replies."""
