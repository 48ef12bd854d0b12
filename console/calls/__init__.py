"""Calls: the news of conversations, the agents whom it calls, and the rules by which each agent is called."""
