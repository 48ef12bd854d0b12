"""Replies that go out later, with their files: their models and forms."""
