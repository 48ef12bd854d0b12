"""The control plane of this run's sandbox, which many threads call.

Each call has a connection of its own: a kept one might be closed just then, and nobody would know if the call was made.
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
        """Delete a persona with the Page's token, as somebody with access to the Page might, unknown to the console.

        The call may meet a fault itself; the persona then goes on to exist.
        """
        headers = {"Authorization": f"Bearer {token}"}
        try:
            requests.delete(f"{self.url}/{VERSION}/{graph_id}", headers=headers, timeout=60)
        except requests.RequestException:
            return

    def waiting(self):
        return self.get("world")["counts"]["webhooks_waiting"]
