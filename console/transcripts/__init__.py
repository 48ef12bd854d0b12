"""Transcripts: a conversation as a page to print, or as a text file."""
