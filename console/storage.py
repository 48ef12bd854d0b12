from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Files with their hash in their name, and scripts that import each other by those names."""

    support_js_module_import_aggregation = True
