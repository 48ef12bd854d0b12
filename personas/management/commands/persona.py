"""Create, list, show and delete the personas that a Page has on Facebook."""

from contextlib import suppress

from messenger import GraphError
from personas.management.page_command import PageCommand, required

COLUMNS = {"id": "Id", "name": "Name", "profile_picture_url": "Picture"}


class Command(PageCommand):
    help = __doc__ or ""

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--name", help="create: what customers read, 1 to 50 characters")
        parser.add_argument("--pic", metavar="URL", help="create: an image of 8 MB at most that Facebook can fetch")
        parser.add_argument("--id", help="get, delete: the persona's id")

    def create(self, page, options):
        name, picture = required(options, "name", "pic")
        persona_id = page.client().create_persona(name, picture)
        self.say(f"Created persona {persona_id}.")
        return {"id": persona_id}

    def list(self, page, options):
        rows = list(page.client().personas())
        for line in _table(rows) if rows else ["There are no personas."]:
            self.say(line)
        return rows

    def get(self, page, options):
        [persona_id] = required(options, "id")
        persona = page.client().persona(persona_id)
        for key, title in COLUMNS.items():
            self.say(f"{title}: {persona.get(key, '')}")
        return persona

    def delete(self, page, options):
        """Delete a persona. If it was an agent's, they get a new one with their next message."""
        [persona_id] = required(options, "id")
        page.client().delete_persona(persona_id)
        for ours in page.personas.filter(graph_id=persona_id):
            with suppress(GraphError):  # it is deleted anyway
                ours.verify()
        self.say(f"Deleted persona {persona_id}.")
        return {"id": persona_id, "success": True}

    verbs = {"create": create, "list": list, "get": get, "delete": delete}


def _table(rows):
    """Return the lines of a table."""
    cells = [tuple(COLUMNS.values()), *(tuple(str(row.get(key, "")) for key in COLUMNS) for row in rows)]
    widths = [max(len(text) for text in column) for column in zip(*cells, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
