"""A bot's program in tests: it calls the HTTP API with a key of its own."""

from django.test import Client


class ApiClient:
    """A program with a key, and no cookies: any that it had would be checked for CSRF."""

    def __init__(self, secret):
        self.client = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path):
        return self.client.get(f"/api/conversations/{path}", headers=self.headers)

    def post(self, path, **given):
        return self.client.post(
            f"/api/conversations/{path}", given, content_type="application/json", headers=self.headers
        )


def detail(answer, status):
    """Check that the API refuses in JSON with this status; return the reason."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    return answer.json()["detail"]
