"""Static files under names that contain a hash of their content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Storage of hashed static files. Scripts import each other by the hashed names."""

    support_js_module_import_aggregation = True
