"""The words of all documents, by which a search finds parts of words, and words with a typing error.

The sweep learns the words of new documents. They are never shown by themselves: a search looks for them among the
documents that its agent may see. When a document is deleted, a trigger forgets its words; a word that other documents
have too is learned again when it is next said.
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models

from console.infrastructure.redis import redis

LEARNED = "search:learned"  # the key of the last document whose words are known
BATCH = 20_000  # documents
LATE = 1_000  # documents that may still be written by transactions that began before the last one ended
SHORTEST, LONGEST = 3, 40  # characters
MOST = 20  # words that one word stands for

# Three letters in a row, and the word itself and without one of its letters: two words that differ by one letter, or by
# two that changed places, have one of these in common.
PARTS = "ARRAY(SELECT DISTINCT substr(word, n, 3) FROM generate_series(1, length(word) - 2) AS n)"
NEAR = (
    "ARRAY(SELECT word UNION SELECT overlay(word PLACING '' FROM n FOR 1) FROM generate_series(1, length(word)) AS n)"
)
LEARN = f"""
INSERT INTO console_searchword (word, parts, near) SELECT word, {PARTS}, {NEAR} FROM (
    SELECT DISTINCT lexeme FROM console_searchdocument, unnest(vector) WHERE id > %s AND id <= %s
) AS said (word) WHERE length(word) BETWEEN {SHORTEST} AND {LONGEST} ORDER BY word ON CONFLICT DO NOTHING
"""  # noqa: S608  (ours)
# Sorted by length, which no index has: PostgreSQL would follow an index through all words.
FIND = """
SELECT given.word, ARRAY(
    SELECT known.word FROM console_searchword AS known WHERE {condition} ORDER BY length(known.word) LIMIT {most}
)
FROM unnest(%s::text[]) AS given (word)
"""
CONTAINS = f"known.parts @> {PARTS.replace('word', 'given.word')} AND strpos(known.word, given.word) > 1"
RESEMBLES = f"known.near && {NEAR.replace('word', 'given.word')} AND given.word !~ '[0-9]' AND length(given.word) > 3"


class SearchWordQuerySet(models.QuerySet):
    def learn(self):
        """Learn the words of some new documents; return whether there are more."""
        learned, newest = int(redis().get(LEARNED) or 0), self._newest()
        if learned > newest:  # these documents come from a backup: Redis knows of later ones
            learned = 0
        end = min(learned + BATCH, newest)
        if end > learned:
            with connection.cursor() as cursor:
                cursor.execute(LEARN, [learned - LATE, end])
            redis().set(LEARNED, end)
        return end < newest

    def containing(self, words):
        """Return {word: known words in which it stands, though not at their beginning}."""
        return _find(CONTAINS, [word for word in words if len(word) >= SHORTEST])

    def resembling(self, words):
        """Return {word: known words that differ by one letter}.

        Words with digits are left out: one digit makes another order.
        """
        return _find(RESEMBLES, words)

    def _newest(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM console_searchdocument")
            return cursor.fetchone()[0]


class SearchWord(models.Model):
    word = models.TextField(primary_key=True)
    parts = ArrayField(models.TextField())
    near = ArrayField(models.TextField())

    objects: ClassVar[Any] = SearchWordQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex("parts", name="search_word_parts"), GinIndex("near", name="search_word_near")]

    def __str__(self):
        return self.word


def _find(condition, words):
    if not words:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND.format(condition=condition, most=MOST), [words])
        return dict(cursor.fetchall())
