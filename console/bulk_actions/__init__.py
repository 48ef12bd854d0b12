"""Bulk actions: one verb for many conversations that an agent has selected in the queue, each with its own outcome."""
