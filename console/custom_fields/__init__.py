"""Custom fields of customers: admins define them, and agents fill them in beside the thread."""
