"""Webhook events and their delivery to the apps."""
