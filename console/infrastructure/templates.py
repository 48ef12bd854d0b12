"""Our templates as they are served: the indentation, for those who read them, would be a twentieth of each page."""

import re

from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Loader(filesystem.Loader):
    def get_contents(self, origin):
        return INDENTATION.sub("", super().get_contents(origin))
