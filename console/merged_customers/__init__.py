"""Merged customers: agents merge customers who are the same person, and split them again."""
