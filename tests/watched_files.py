"""A file storage in memory that notes for each stored file whether a transaction was open."""

from django.core.files.storage import InMemoryStorage
from django.db import connection


class WatchedFiles(InMemoryStorage):
    def __init__(self):
        super().__init__()
        self.were_in_transaction = []

    def _save(self, name, content):
        self.were_in_transaction.append(connection.in_atomic_block)
        return super()._save(name, content)

    @property
    def names(self):
        folders, _files = self.listdir("")
        return [f"{folder}/{name}" for folder in folders for name in self.listdir(folder)[1]]
