"""Queries that Django compiles once. To compile one takes several times as long as to run it.

    OF_CONVERSATION = Compiled(lambda: Message.objects.filter(conversation=Given("pk")).order_by("at"))
    messages = OF_CONVERSATION(pk=12)

Every value that differs from call to call is a Given, and so is every moment: a plain one would stay that of the first
call.
"""

import copy
from datetime import date
from functools import cached_property

from django.db import connections
from django.db.models import Expression, Field, Lookup
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError


class Given(Expression):
    """A value that is given with each call, under this name."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class GivenList(Given):
    """Values that are given with each call, for the lookup `any`: filter(pk__any=GivenList("pks"))."""

    def __init__(self, name, kind="bigint"):
        super().__init__(name)
        self.kind = kind


@Field.register_lookup
class Any(Lookup):
    lookup_name = "any"

    def as_sql(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::{self.rhs.kind}[])", [*parameters, self.rhs]


class Compiled:
    """A query, built by a function. Call it with its values for a list of what it finds."""

    def __init__(self, build):
        self._build = build

    def __call__(self, **values):
        queryset = self._queryset.all()
        queryset.query.get_compiler = lambda using: self._with(values)
        return list(queryset)

    @cached_property
    def _queryset(self):
        return self._build()

    @cached_property
    def _compiled(self):
        """Return the compiler, and the statement with its parameters."""
        compiler = self._query.get_compiler(self._queryset.db)
        sql, parameters = compiler.as_sql()
        compiler.connection = None  # of one thread
        if any(isinstance(one, date) for one in parameters):
            raise ValueError(f"A moment has to be Given in {sql}")
        return compiler, sql, parameters

    @property
    def _query(self):
        """Return a copy to compile. Compiling adds joins, and another thread may compile at the same time."""
        return self._queryset.query.chain()

    def _with(self, values):
        known, sql, parameters = self._compiled
        compiler = copy.copy(known)
        given = [values[one.name] if isinstance(one, Given) else one for one in parameters]
        compiler.connection, compiler.as_sql = connections[self._queryset.db], lambda: (sql, given)
        if compiler.query.select_for_update and compiler.connection.get_autocommit():
            raise TransactionManagementError("Rows are locked in a transaction only.")
        return compiler


class CompiledUpdate(Compiled):
    """An update of the rows that a query finds. Call it with the query's values; it returns the number of rows."""

    def __init__(self, build, **fields):
        super().__init__(build)
        self._fields = fields

    def __call__(self, **values):
        compiler = self._with(values)
        with compiler.connection.cursor() as cursor:
            cursor.execute(*compiler.as_sql())
            return cursor.rowcount

    @property
    def _query(self):
        query = self._queryset.query.chain(UpdateQuery)
        query.add_update_values(self._fields)
        return query


def attach(rows, name, related):
    """Attach related objects to rows under the name of a related manager, as prefetch_related does."""
    managers = {row.pk: getattr(row, name) for row in rows}
    for pk, manager in managers.items():
        found = manager.model._default_manager.all()
        found._result_cache = [one for one in related if getattr(one, manager.field.attname) == pk]
        manager.instance._prefetched_objects_cache = {manager.field.remote_field.cache_name: found}
