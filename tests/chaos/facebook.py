"""Facebook for this run: the sandbox's control plane, asked by many threads.

Each call by a connection of its own: one that was kept may be closed just then, and nobody would know what came of it.
"""

import requests

VERSION = "v27.0"


class Facebook:
    def __init__(self, url):
        self.url = url

    def post(self, path, **body):
        answer = requests.post(f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def get(self, path):
        answer = requests.get(f"{self.url}/_sandbox/{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def be_well(self):
        requests.delete(f"{self.url}/_sandbox/faults", timeout=60).raise_for_status()

    def delete_persona(self, graph_id, token):
        """With the Page's token and behind the console's back, as somebody with access to the Page might. It may meet
        a fault itself, and then the persona lives on."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            requests.delete(f"{self.url}/{VERSION}/{graph_id}", headers=headers, timeout=60)
        except requests.RequestException:
            return

    def waiting(self):
        return self.get("world")["counts"]["webhooks_waiting"]
