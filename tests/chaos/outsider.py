"""An agent who may see every Page except that of the letters, and who records each row that the live streams send."""

import re
import threading
import time

import requests

from tests.chaos.checker import SIGHT
from tests.chaos.drivers import Browser
from tests.chaos.people import LETTERS, OUTSIDER

AGAIN = 0.5  # s before a stream that ended is opened again
SILENCE = 30  # s without a sign of life, after which it is opened again
ROW = re.compile(r'^data: (?:<li id="row-(\d+)"|thread-(\d+)$)')
OUT_OF_SIGHT = """
    SELECT c.id FROM console_conversation c JOIN personas_page p ON p.id = c.page_id WHERE p.page_id = %s"""


class Outsider:
    """One stream at each web process, for the whole run. seen: keys of the conversations of which something came."""

    def __init__(self, urls, load):
        self.browser, self.load, self.seen = Browser(urls, OUTSIDER, load.is_given_up).log_in(), load, set()
        for url in urls:
            threading.Thread(target=self._listen, args=[url], daemon=True).start()

    def _listen(self, url):
        cookies = self.browser.session.cookies.get_dict()
        while not self.load.is_given_up.is_set():
            try:
                with requests.get(f"{url}/live/", cookies=cookies, stream=True, timeout=SILENCE) as stream:
                    for line in stream.iter_lines(decode_unicode=True):
                        self._receive(line)
            except (requests.RequestException, AttributeError):  # the latter if a connection ends within a line
                pass
            time.sleep(AGAIN)

    def _receive(self, line):
        if found := ROW.match(line or ""):
            self.seen.add(int(found[1] or found[2]))


def judge_sight(outsider, database, verdict):
    """Check that the outsider got rows, and none of a conversation on the Page that is closed to them."""
    hidden = {pk for (pk,) in database.ask(OUT_OF_SIGHT, [LETTERS[0]])}
    verdict.count["rows on an outsider's stream"] = len(outsider.seen)
    for pk in sorted(outsider.seen & hidden):
        verdict.add(SIGHT, f"conversation {pk} of {LETTERS[2]} came to an agent who may not see it")
