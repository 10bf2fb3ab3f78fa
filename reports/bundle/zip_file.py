"""A zip file whose bytes depend on nothing but what is in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

MANIFEST = "MANIFEST.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can tell."""


def zipped(files: Mapping[str, str]) -> bytes:
    """The files by name, with a manifest of their SHA-256, in the order of their names."""
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    everything = {**files, MANIFEST: json.dumps({"sha256": digests}, indent=2, sort_keys=True) + "\n"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(everything):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, everything[name])
    return out.getvalue()
