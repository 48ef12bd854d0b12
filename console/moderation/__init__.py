"""Agents with the right to it block customers at Facebook, and report them as spam."""
