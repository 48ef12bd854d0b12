"""A trigger of PostgreSQL, declared with the model that it fills, so that migrations make it with the table."""

from typing import Any

from django.db.models import BaseConstraint

MADE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{body}
RETURN NULL; END $$;
CREATE TRIGGER {name} AFTER {event} EXECUTE FUNCTION {name}();
"""
REMOVED = "DROP FUNCTION {name} CASCADE"


class Trigger(BaseConstraint):
    """Statements that run after an event of another table, in the same transaction.

    Django knows no triggers, but it writes every constraint of a model into migrations.
    """

    def __init__(self, *, name, event, body):
        super().__init__(name=name)
        self.event, self.body = event, body

    def constraint_sql(self, model, schema_editor: Any) -> Any:
        """Create the trigger at the end of the migration, when the tables of all models exist."""
        schema_editor.deferred_sql.append(MADE.format(name=self.name, event=self.event, body=self.body))

    create_sql = constraint_sql

    def remove_sql(self, model, schema_editor):
        return REMOVED.format(name=self.name)

    def validate(self, model, instance, exclude=None, using=None):
        """Check nothing: a trigger forbids nothing."""

    def __eq__(self, other):
        return isinstance(other, Trigger) and self.deconstruct() == other.deconstruct()

    def __hash__(self):
        return hash(self.name)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"event": self.event, "body": self.body}
