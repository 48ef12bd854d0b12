"""The check of example credentials in `manage.py check --deploy`."""

from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def no_example_credential_works(app_configs, **options):
    from . import example_credentials  # only here: workers make no check, and need no code for it

    return [
        Error(error, hint=example_credentials.WAY_OUT, id="console.E001") for error in example_credentials.problems()
    ]
