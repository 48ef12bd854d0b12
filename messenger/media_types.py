"""Detect the media type of a file from its first bytes.

The name is ignored: the sender chooses it, and two versions of Python map the same name differently.
"""

HEAD = 64  # bytes; enough for every type below
UNKNOWN = "application/octet-stream"
STARTS = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"ID3", "audio/mpeg"),
    *((bytes([0xFF, second]), "audio/mpeg") for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)),  # MPEG layer III
    (b"OggS", "audio/ogg"),
    (b"%PDF", "application/pdf"),
]
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
EBML = b"\x1a\x45\xdf\xa3"  # of WebM and Matroska, whose name follows
BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}  # the rest of the family is video/mp4
HEIC = (b"heic", b"heix", b"mif1", b"msf1")
STILL = (*HEIC, b"avif", b"avis")  # pictures in a container made for films
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "application/pdf": ".pdf",
}


def sniff(head: bytes) -> str:
    """Return the media type of a file that begins with these bytes (64 are enough); UNKNOWN if it is not recognised."""
    if head[:4] == b"RIFF":
        return RIFF.get(head[8:12], UNKNOWN)
    if head[:4] == EBML:
        return "video/webm" if b"webm" in head[:HEAD] else UNKNOWN
    if head[4:8] == b"ftyp":
        return UNKNOWN if head[8:12] in STILL else BRANDS.get(head[8:12], "video/mp4")
    return next((media_type for start, media_type in STARTS if head.startswith(start)), UNKNOWN)


def is_heic(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is a HEIC picture."""
    return head[4:8] == b"ftyp" and head[8:12] in HEIC


def sniff_file(file) -> str:
    """Return the media type of a binary file that can seek; its position is kept."""
    place = file.tell()
    head = file.read(HEAD)
    file.seek(place)
    return sniff(head)
