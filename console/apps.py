from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "console"

    def ready(self):
        from console.infrastructure.start_up_checks import deploy_check  # noqa: F401  (registers them)
