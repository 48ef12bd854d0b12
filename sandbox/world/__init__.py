"""The state of the sandbox: apps, Pages, people, tokens and what they sent each other."""
