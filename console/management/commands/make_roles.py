"""Make the roles that come with the console, if they are missing. Roles that are there stay as they are."""

from django.core.management.base import BaseCommand

from console import roles


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        made = roles.make_missing()
        self.stdout.write(f"Made: {', '.join(role.name for role in made)}." if made else "All roles are there.")
