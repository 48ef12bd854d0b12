"""Labels that a Page puts on people.

https://developers.facebook.com/docs/messenger-platform/identity/custom-labels
"""

from .path import Path

FIELDS = ("id", "page_label_name")


class Labels(Path):
    def create_label(self, name: str) -> str:
        """Returns the new label's id. GraphError 2/2018344 until an admin accepts Facebook's terms for labels."""
        return self._call("POST", "me/custom_labels", "id", json={"page_label_name": name})["id"]

    def label(self, label_id: str, *, fields=FIELDS) -> dict:
        """{id, page_label_name}."""
        return self._call("GET", label_id, params={"fields": ",".join(fields)})

    def labels(self, *, fields=FIELDS) -> list[dict]:
        """All labels of the Page."""
        return list(self._pages("me/custom_labels", {"fields": ",".join(fields)}))

    def labels_of(self, psid: str, *, fields=FIELDS) -> list[dict]:
        """The labels on a person."""
        return list(self._pages(f"{psid}/custom_labels", {"fields": ",".join(fields)}))

    def add_label(self, psid: str, label_id: str) -> None:
        """Put a label on a person."""
        self._call("POST", f"{label_id}/label", json={"user": psid})

    def remove_label(self, psid: str, label_id: str) -> None:
        """Take a label off a person."""
        self._call("DELETE", f"{label_id}/label", json={"user": psid})

    def delete_label(self, label_id: str) -> None:
        """Delete a label, and with it take it off everybody."""
        self._call("DELETE", label_id)
