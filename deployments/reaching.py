"""Whether somebody listens at an address."""

import socket
from urllib.parse import urlsplit

SECONDS = 3.0
PORTS = {"http": 80, "https": 443}


def cannot_reach(url: str) -> str:
    """Why nobody can be reached at a URL's host and port; empty when somebody listens."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError as error:
        return f"{url} is not an address: {error}"
    if not parts.hostname or port is None:
        return f"{url} is not an address"
    try:
        socket.create_connection((parts.hostname, port), timeout=SECONDS).close()
    except OSError as error:
        return f"nobody answers at {parts.hostname}:{port} ({error.strerror or error})"
    return ""
