"""Moderation: agents with the permission block customers at Facebook, and report them as spam."""
