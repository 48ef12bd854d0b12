"""The checks that the console adds to `manage.py check --deploy`."""

from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def no_example_credential_works(app_configs, **options):
    from console import (
        example_credentials,  # imports models, which not every process that sets Django up needs
    )

    return [
        Error(error, hint=example_credentials.WAY_OUT, id="console.E001") for error in example_credentials.problems()
    ]
