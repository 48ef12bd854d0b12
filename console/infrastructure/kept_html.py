"""HTML that a process keeps, so that it renders once what many pages show."""

import sys
import threading


class KeptHtml:
    """Pieces of HTML.

    The key of a piece contains every value that the piece shows, so that a changed piece has another key.

    most: bytes of memory for the HTML. The oldest pieces make room for new ones.
    """

    def __init__(self, most):
        self.most, self.size = most, 0
        self._pieces, self._changing = {}, threading.Lock()

    def of(self, key, render):
        """Return the HTML with this key; render it if it is not kept."""
        html = self._pieces.get(key)
        if html is None:
            html = render()
            with self._changing:
                self._keep(key, html)
        return html

    def clear(self):
        with self._changing:
            self._pieces.clear()
            self.size = 0

    def _keep(self, key, html):
        if key not in self._pieces:
            self._pieces[key] = html
            self.size += sys.getsizeof(html)
        while self.size > self.most:
            self.size -= sys.getsizeof(self._pieces.pop(next(iter(self._pieces))))
