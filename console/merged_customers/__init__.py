"""Customers who are one and the same: agents merge them, and split them again."""
