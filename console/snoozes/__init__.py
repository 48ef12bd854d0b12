"""Snoozes: agents set conversations aside, until a moment or until the customer writes."""
