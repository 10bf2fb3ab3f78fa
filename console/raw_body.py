"""The body of a request as it came, and no more of it than a webhook may have."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request, status

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes; SendGrid's batches stay under one mebibyte, and anyone can post here."""


async def _raw_body(request: Request) -> bytes:
    # Signatures are made over the bytes as they came, so nothing else may read them first.
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
    return bytes(body)


RawBody = Annotated[bytes, Depends(_raw_body)]
