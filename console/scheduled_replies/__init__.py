"""Scheduled replies: replies that go out later, with their files and forms."""
