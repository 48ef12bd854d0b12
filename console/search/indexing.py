"""The triggers that update the search index in the transaction that changes a message, note, file or customer.

A trigger runs for every way to write a message: one by one, in bulk, by an import, by an unsending, by the retention.
So no word stays in the index after its message is gone. Rows that are added together are indexed by one statement.
"""

import string

from console.search.trigger import Trigger

MOST = 200_000  # characters of a text: at worst 4 bytes each in a tsvector, which holds a megabyte
# Signs between words. PostgreSQL would keep addresses, names of files and ids with signs as one word each.
SIGNS = string.punctuation
# The words on cards and buttons, wherever they stand in a payload. spoken_words of payloads.py finds the same.
SPOKEN = """strict $.** ? (@.type() == "object").keyvalue()
 ? ((@.key == "text" || @.key == "title" || @.key == "subtitle") && @.value.type() == "string").value"""
QUOTED_SIGNS = SIGNS.replace("'", "''")


def vector(text):
    """Return an SQL expression for the words of a text. The language is not known, so words are not stemmed.

    Of a text that is too long for PostgreSQL's index, the beginning is indexed: a failure would lose the message.
    """
    return f"to_tsvector('simple', translate(left({text}, {MOST}), '{QUOTED_SIGNS}', '{' ' * len(SIGNS)}'))"


def _add(rows, columns, values, at, text):
    return (
        f"INSERT INTO console_searchdocument (kind, page_id, conversation_id, {columns}, at, vector)\n"
        f"SELECT {values}, {at}, {vector(text)}\nFROM {rows}\nWHERE {text} <> '';"
    )


def add_messages(rows):
    return _add(f"{rows} AS message", "message_id", "'message', page_id, conversation_id, id", "at", "text")


def add_notes(rows):
    joined = f"{rows} AS note JOIN console_conversation AS conversation ON conversation.id = note.conversation_id"
    return _add(joined, "note_id", "'note', page_id, conversation_id, note.id", "note.at", "note.text")


def add_files(rows):
    """Index files by the names that their senders gave them, links by their titles, and cards by their words."""
    joined = f"{rows} AS file JOIN console_message AS message ON message.id = file.message_id"
    last_part = "CASE file.kind WHEN 'file' THEN regexp_replace(split_part(file.url, '?', 1), '^.*/', '') ELSE '' END"
    spoken = f"(SELECT string_agg(said #>> '{{}}', ' ') FROM jsonb_path_query(file.payload, '{SPOKEN}') AS said)"  # noqa: S608  (ours)
    name = f"concat_ws(' ', coalesce(nullif(file.title, ''), {last_part}), {spoken})"
    values = "'file', page_id, conversation_id, message_id, file.id"
    return _add(joined, "message_id, attachment_id", values, "message.at", name)


def add_customers(rows):
    """Index customers by their names and ids."""
    return _add(f"{rows} AS customer", "customer_id", "'customer', page_id, NULL, id", "now()", "name || ' ' || psid")


def _triggers(kind, table, key, add, changed):
    """Return the triggers of one table. changed: the columns whose change writes its documents anew."""
    name = f"search_{kind}"
    is_changed = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in changed)
    remove = f"DELETE FROM console_searchdocument WHERE kind = '{kind}' AND {key}"  # noqa: S608  (ours)
    return [
        Trigger(
            name=f"{name}_added",
            event=f"INSERT ON {table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
            body=add("added"),
        ),
        Trigger(
            name=f"{name}_changed",
            event=f"UPDATE ON {table} FOR EACH ROW WHEN ({is_changed})",
            body=f"{remove} = OLD.id;\n{add('(SELECT NEW.*)')}",
        ),
        Trigger(
            name=f"{name}_removed",
            event=f"DELETE ON {table} REFERENCING OLD TABLE AS removed FOR EACH STATEMENT",
            body=f"{remove} IN (SELECT id FROM removed);",  # noqa: S608  (ours)
        ),
    ]


# Words that another transaction has locked are being forgotten there.
FORGET = """DELETE FROM console_searchword WHERE word IN (
    SELECT word FROM console_searchword
    WHERE word IN (SELECT unnest(tsvector_to_array(vector)) FROM gone) FOR UPDATE SKIP LOCKED
);"""

TRIGGERS = [
    *_triggers("message", "console_message", "message_id", add_messages, ["text", "at"]),
    *_triggers("note", "console_note", "note_id", add_notes, ["text"]),
    *_triggers("file", "console_attachment", "attachment_id", add_files, ["title", "payload"]),
    *_triggers("customer", "console_customer", "customer_id", add_customers, ["name"]),
    Trigger(
        name="search_words_forgotten",
        event="DELETE ON console_searchdocument REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
        body=FORGET,
    ),
]
