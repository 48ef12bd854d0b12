"""Saved views: conditions on conversations under a name, each a section of the queue for all who may use it."""
