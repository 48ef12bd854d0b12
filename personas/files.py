"""Serve stored files to browsers. Their bytes decide the media type, never a name that somebody chose."""

from django.http import FileResponse, Http404

from messenger.media_types import ENDINGS, sniff_file

# A browser may show these from our own address; all others are offered as a download.
SHOWN = {
    *("image/jpeg", "image/png", "image/gif", "image/webp"),
    *("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "video/mp4", "video/webm"),
}
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"  # the style is the browser's own, for a lone picture


def file_response(file, name=""):
    """Return the file as a response. Raises Http404 if it is gone. name: the name under which a browser saves it."""
    content = _open(file)
    media_type = sniff_file(content)
    response = FileResponse(
        content,
        as_attachment=media_type not in SHOWN,
        filename=name or f"file{ENDINGS.get(media_type, '')}",
        content_type=media_type,
    )
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, max-age=86400"  # every upload has a path of its own, so it never goes stale
    return response


def _open(file):
    if not file:
        raise Http404
    try:
        return file.storage.open(file.name)
    except FileNotFoundError as error:
        raise Http404 from error
