"""The labels that a Page gives to people.

https://developers.facebook.com/docs/messenger-platform/identity/custom-labels
"""

from .base import Calls

FIELDS = ("id", "page_label_name")


class Labels(Calls):
    """Calls about labels. Each raises GraphError if it does not succeed."""

    def create_label(self, name: str) -> str:
        """Create a label and return its id. Fails with 2/2018344 until an admin accepts Facebook's terms for labels."""
        return self._call("POST", "me/custom_labels", "id", json={"page_label_name": name})["id"]

    def label(self, label_id: str, *, fields=FIELDS) -> dict:
        """Return {id, page_label_name}."""
        return self._call("GET", label_id, params={"fields": ",".join(fields)})

    def labels(self, *, fields=FIELDS) -> list[dict]:
        """Return all labels of the Page, as [{id, page_label_name}]."""
        return list(self._pages("me/custom_labels", {"fields": ",".join(fields)}))

    def labels_of(self, psid: str, *, fields=FIELDS) -> list[dict]:
        """Return the labels of a person, as [{id, page_label_name}]."""
        return list(self._pages(f"{psid}/custom_labels", {"fields": ",".join(fields)}))

    def add_label(self, psid: str, label_id: str) -> None:
        """Give a label to a person."""
        self._call("POST", f"{label_id}/label", json={"user": psid})

    def remove_label(self, psid: str, label_id: str) -> None:
        """Remove a label from a person."""
        self._call("DELETE", f"{label_id}/label", json={"user": psid})

    def delete_label(self, label_id: str) -> None:
        """Delete a label; it is removed from everybody."""
        self._call("DELETE", label_id)
