from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Static files with a hash in their names; scripts import each other by these names."""

    support_js_module_import_aggregation = True
