"""Facebook for this run: the sandbox's control plane, asked by many threads."""

import threading

import requests

VERSION = "v26.0"
_local = threading.local()


class Facebook:
    def __init__(self, url):
        self.url = url

    def post(self, path, **body):
        answer = self._session().post(f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def get(self, path):
        answer = self._session().get(f"{self.url}/_sandbox/{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def be_well(self):
        self._session().delete(f"{self.url}/_sandbox/faults", timeout=60).raise_for_status()

    def delete_persona(self, graph_id, token):
        """With the Page's token and behind the console's back, as somebody with access to the Page might. It may meet
        a fault itself, and then the persona lives on."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            self._session().delete(f"{self.url}/{VERSION}/{graph_id}", headers=headers, timeout=60)
        except requests.RequestException:
            return

    def waiting(self):
        return self.get("world")["counts"]["webhooks_waiting"]

    def _session(self):
        if not hasattr(_local, "session"):
            _local.session = requests.Session()
        return _local.session
