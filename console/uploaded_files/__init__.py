"""Uploaded files: a file that is sent again is uploaded to Facebook once per Page."""
