from django.apps import AppConfig

from messenger import call_log


class ConsoleConfig(AppConfig):
    name = "console"

    def ready(self):
        from console.infrastructure.start_up_checks import deploy_check  # noqa: F401  (registers them)
        from console.metrics import graph_calls

        call_log.observers.append(graph_calls.count)
