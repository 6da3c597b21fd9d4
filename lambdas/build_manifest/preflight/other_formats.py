"""Names of formats that Custom Labels does not take, so that people see at once what they uploaded."""

_BEGINNINGS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\x00", "a TIFF"),
    (b"MM\x00*", "a TIFF"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
    (b"%PDF", "a PDF"),
    (b"<", "text, such as SVG or HTML"),
    (b"PK\x03\x04", "a ZIP file"),
)
_BRANDS = {b"heic": "a HEIC", b"heix": "a HEIC", b"mif1": "a HEIC", b"avif": "an AVIF"}


def name_of_format(data: bytes) -> str:
    """From the first bytes of a file that is neither PNG nor JPEG."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a WebP"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a video, or a picture of a video format")
    for beginning, name in _BEGINNINGS:
        if data.startswith(beginning):
            return name
    return "of no format that is known here"
