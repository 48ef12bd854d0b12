"""The queue's sections and their numbers, for the pages (console/views/queue.py) and live updates (console/live/)."""
