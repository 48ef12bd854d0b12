"""Fill a database with the conversations of a busy team after two years, in SQL: a million messages in half a minute.

The rows are made where they lie, which is faster than COPY from a client. Their indexes are built afterwards.
"""

from contextlib import contextmanager

from django.db import connection, transaction

from agents.models import Agent
from console.models import Customer
from personas.models import Page

PAGES = ["Bluebird Tea", "Bluebird Coffee", "Bluebird Pottery"]
AGENTS = 20
FIRST_PSID = 9_000_000_000_000_000  # unlike those of Facebook and the sandbox, so that these rows are known by it
FIRST_PAGE_ID = 900_000_000_000_000

# One row for each conversation. The newest are open: 1.5 % are in the queue, every sixth of them answered already, and
# 0.4 % are held; on a small desk more. One conversation in 5000 has thousands of messages.
PLAN = """
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
WITH numbered AS (
    SELECT n, %(conversations)s - n AS age, random() AS luck
    FROM generate_series(0, %(conversations)s - 1) AS n
)
SELECT n,
    age,
    (%(pages)s::bigint[])[1 + n %% 3] AS page_id,
    (%(agents)s::bigint[])[1 + n %% %(agent_count)s] AS agent_id,
    CASE WHEN age > greatest(45, %(conversations)s * 0.019) THEN 'closed'
        WHEN n %% 19 < 4 THEN 'held' ELSE 'waiting' END AS part,
    now() - age * interval '10 minutes' AS last_at,
    CASE WHEN age %% 5000 = 7 THEN %(messages)s / 400
        ELSE greatest(1, (%(messages)s * 0.95 / %(conversations)s * 2 * luck)::integer) END AS length
FROM numbered
"""

CUSTOMERS = """
INSERT INTO console_customer (page_id, psid, name, picture, profile_at, next_attempt_at)
SELECT page_id,
    (%(first_psid)s + n)::text,
    (ARRAY['Mona','Jonas','Priya','Luc','Sofia','Émile','Aylin','Tomasz','Yuki','Zoë'])[1 + n %% 10]
        || ' ' || (ARRAY['Weber','Brandt','Natarajan','Moreau','Rossi','Nowak','Demir'])[1 + n %% 7] || ' ' || n,
    '', last_at, last_at
FROM plan ORDER BY n
"""

CONVERSATIONS = """
INSERT INTO console_conversation
    (page_id, customer_id, holder, agent_id, elsewhere_app, is_new, is_controlled_elsewhere, thread_control_at,
     closed_at, waiting_since, unread, last_words, last_at, revision)
SELECT plan.page_id,
    customer.id,
    CASE WHEN part = 'held' THEN 'agent' ELSE 'queue' END,
    CASE WHEN part = 'held' THEN agent_id END,
    '', false, false, 0,
    CASE WHEN part = 'closed' THEN plan.last_at + interval '3 minutes' END,
    CASE WHEN part <> 'closed' AND n %% 6 <> 0 THEN plan.last_at END,
    CASE WHEN part <> 'closed' AND n %% 6 <> 0 THEN 1 + n %% 3 ELSE 0 END,
    'Where is my parcel? It should have come by now, order ' || n,
    plan.last_at,
    length
FROM plan JOIN console_customer customer ON customer.psid = (%(first_psid)s + n)::text
ORDER BY n
"""

# In the order of time: the messages of one thread lie far apart in the table, as they do in production.
MESSAGES = """
INSERT INTO console_message
    (conversation_id, page_id, author_id, is_by_bot, is_automatic, is_incoming, source, state, text, payload, error,
     sent_as_page_because, reaction,
     reaction_at, earlier_texts, edited_at, is_deleted, idempotency_key, mid, at, sent_at, attempts,
     forgotten_personas, revision,
     has_rate_slot, reconciliations)
SELECT conversation_id, page_id,
    CASE WHEN NOT is_incoming THEN agent_id END,
    false, false, is_incoming, '',
    CASE WHEN is_incoming THEN 'received' WHEN has_failed THEN 'failed'
        WHEN n %% 5 = 0 THEN 'delivered' ELSE 'read' END,
    (ARRAY['Where is my parcel?','Thank you!','I have looked it up: it leaves our house today, you will get a mail.',
        'Order 4711, since Tuesday. Can you see where it is, please?','One moment, please.'])[1 + (n + number) %% 5],
    '', CASE WHEN has_failed THEN 'Facebook refused the content.' ELSE '' END, '', '', 0, '[]', 0, false,
    gen_random_uuid(),
    CASE WHEN NOT has_failed THEN 'm_fill_' || n || '_' || number END,
    at,
    CASE WHEN NOT is_incoming AND NOT has_failed THEN at END,
    1, 0, number, false, 0
FROM (
    SELECT plan.*,
        number,
        conversation.id AS conversation_id,
        (length - number) %% 2 = 0 AS is_incoming,
        number = length - 1 AND (age %% 300 = 0 OR age < 144 AND age %% 2 = 0) AS has_failed,
        plan.last_at - (length - number) * interval '4 minutes' AS at
    FROM plan
    JOIN console_customer customer ON customer.psid = (%(first_psid)s + n)::text
    JOIN console_conversation conversation ON conversation.customer_id = customer.id,
    generate_series(1, length) AS number
) AS said
ORDER BY at
"""

ATTACHMENTS = """
INSERT INTO console_attachment (message_id, kind, url, title, file, error, attempts, next_attempt_at)
SELECT id, CASE WHEN id %% 40 = 0 THEN 'image' ELSE 'fallback' END, 'https://example.com/tea', 'Tea',
    CASE WHEN id %% 40 = 0 THEN 'attachments/' || id || '.png' ELSE '' END, '', 0, at
FROM console_message WHERE is_incoming AND mid LIKE 'm_fill_%%' AND id %% 20 = 0
"""

WEBHOOKS = """
INSERT INTO console_inboundwebhook (body, digest, received_at, processed_at, unknown, error, attempts, is_relayed)
SELECT '{"object": "page", "entry": []}', 'fill-' || n, at, at, 0, '', 1, true
FROM generate_series(1, %(conversations)s) AS n,
    LATERAL (SELECT now() - (%(conversations)s - n) * interval '10 minutes' AS at) AS moment
"""

CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND (contype = 'f' OR contype = 'u' AND NOT EXISTS (
    SELECT FROM pg_constraint of_others WHERE of_others.confrelid = pg_constraint.conrelid
    AND of_others.conindid = pg_constraint.conindid))
"""
INDEXES = """
SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = to_regclass(%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""

ROWS = {
    "plan": PLAN,
    "console_customer": CUSTOMERS,
    "console_conversation": CONVERSATIONS,
    "console_message": MESSAGES,
    "console_attachment": ATTACHMENTS,
    "console_inboundwebhook": WEBHOOKS,
}


def fill(conversations=100_000, messages=1_000_000):
    """Add so many conversations and about so many messages to the database, unless it was filled before.

    There are three Pages with invalid tokens, twenty agents who cannot log in, and one processed webhook for each
    conversation. No message is pending, but the tables are locked: workers wait meanwhile.
    """
    if Customer.objects.filter(psid=str(FIRST_PSID)).exists():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        known = _pages_and_agents() | {"conversations": conversations, "messages": messages, "first_psid": FIRST_PSID}
        cursor.execute("SELECT setseed(0.5)")  # the same desk every time
        cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '1GB'; SET LOCAL jit = off")
        with _indexes_later(cursor, "console_searchdocument"):  # which the triggers of the others fill
            for table, statement in ROWS.items():
                with _indexes_later(cursor, table):
                    cursor.execute(statement, known)
                cursor.execute(f"ANALYZE {table}")  # or the next one is joined row by row, as if there were few
        cursor.execute("ANALYZE console_searchdocument")
    _vacuum()


@contextmanager
def _indexes_later(cursor, table):
    """Drop all but the primary key of a table meanwhile. Row by row, its indexes would take ten times as long."""
    cursor.execute(CONSTRAINTS, [table])
    constraints = cursor.fetchall()
    for name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(INDEXES, [table])
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _pages_and_agents():
    pages = [
        Page.objects.create(page_id=str(FIRST_PAGE_ID + n), name=name, token="EAAFILL", state=Page.State.CONNECTED)
        for n, name in enumerate(PAGES)
    ]
    agents = [
        Agent.objects.create(username=f"fill-{n}", first_name=f"Agent {n}", password="!", is_present=n % 4 > 0)
        for n in range(AGENTS)
    ]
    return {
        "pages": [page.pk for page in pages],
        "agents": [agent.pk for agent in agents],
        "agent_count": AGENTS,
    }


def _vacuum():
    """Vacuum the tables, as PostgreSQL would by itself within minutes."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for table in [*list(ROWS)[1:], "console_searchdocument"]:
                cursor.execute(f"VACUUM ANALYZE {table}")
