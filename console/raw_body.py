"""The body of a request as it came, and no more of it than a webhook may have."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request, status

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes; SendGrid's batches stay under one mebibyte, and anyone can post here."""
LARGEST_FORM = 64 * 1024
"""Bytes; one message of WhatsApp's 4,096 characters, each written as twelve, and what stands beside it."""


async def _at_most(request: Request, most: int) -> bytes:
    # Signatures are made over the bytes as they came, so nothing else may read them first.
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
    return bytes(body)


async def _raw_body(request: Request) -> bytes:
    return await _at_most(request, LARGEST_BODY)


async def _raw_form(request: Request) -> bytes:
    return await _at_most(request, LARGEST_FORM)


RawBody = Annotated[bytes, Depends(_raw_body)]
RawForm = Annotated[bytes, Depends(_raw_form)]
