"""Customers with a label that the words of a query name: "vip" finds those with the label VIP customer."""

from collections import defaultdict

from django.db.models import F, Q

from console.models import Label


class Labelled:
    """The labels that a query names, on these Pages or on all."""

    def __init__(self, query, pages):
        name = " ".join(word for words in query.phrases for word in words)
        is_named = Q(name__istartswith=name) | Q(name__icontains=f" {name}")
        is_there = Q(page=None) | Q(page__in=[page.pk for page in pages])
        self._labels = {label.pk: label for label in Label.objects.filter(is_named & is_there)}

    def among(self, documents):
        """Filter to the documents of customers who have one of the labels, or whose conversation has one."""
        return documents.filter(customer__in=self._rows({})) if self._labels else []

    def of(self, documents):
        """Return {customer's key: those of the labels that they have} for these documents."""
        found, customers = defaultdict(list), {document.customer_id for document in documents}
        for customer, label in self._rows({"customer__in": customers}, "label") if customers else []:
            found[customer].append(self._labels[label])
        return found

    def _rows(self, condition, *columns):
        """Return the keys of customers who have one of the labels, with these columns."""
        of_customers = Label.customers.through.objects.filter(label__in=self._labels)
        of_conversations = Label.conversations.through.objects.filter(label__in=self._labels)
        of_conversations = of_conversations.annotate(customer=F("conversation__customer"))
        return _values(of_customers, condition, columns).union(_values(of_conversations, condition, columns))


def _values(rows, condition, columns):
    return rows.filter(**condition).values_list("customer", *columns)
