"""Many rows of one model, written by one statement."""

import json
from functools import cache

from django.db import connection

UPDATE = "UPDATE {table} SET {assigned} FROM json_to_recordset(%s) AS given ({typed}) WHERE {table}.{key} = given.{key}"


def write(rows, *names):
    """Write these fields of rows of one model, or all of their fields.

    The statement has one parameter for all rows: it is planned as quickly for a hundred as for one.
    """
    if rows:
        statement, attributes = _update(type(rows[0]), names)
        with connection.cursor() as cursor:
            cursor.execute(statement, [as_json(rows, attributes)])


def as_json(rows, attributes):
    """Return these attributes of rows as a text that PostgreSQL reads as a table."""
    return json.dumps([{name: getattr(row, name) for name in attributes} for row in rows], default=str)


@cache
def _update(model, names):
    """Return the statement, and the attributes whose values it needs."""
    key, fields = model._meta.pk, [field for field in model._meta.concrete_fields if _is_wanted(field, names)]
    statement = UPDATE.format(
        table=model._meta.db_table,
        key=key.column,
        assigned=", ".join(f'"{field.column}" = given."{field.column}"' for field in fields),
        typed=", ".join([f"{key.column} bigint", *(f'"{one.column}" {one.db_type(connection)}' for one in fields)]),
    )
    return statement, [field.attname for field in (key, *fields)]


def _is_wanted(field, names):
    return not field.primary_key and not field.generated and (not names or field.name in names)
