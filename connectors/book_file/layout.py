"""How a lender's file is laid out on disk: its format, encoding, delimiter, sheet and header line."""

import codecs
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Format = Literal["csv", "xlsx", "parquet"]
_BY_SUFFIX: dict[str, Format] = {".xlsx": "xlsx", ".xlsm": "xlsx", ".parquet": "parquet", ".pq": "parquet"}


class Layout(BaseModel):
    """What is needed to find cells in a file. Without `format` the file's suffix decides (csv for any other).

    The file is read in `encoding`; when it does not fit, in the first of `fallback_encodings` that does. header_line
    counts from 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Format | None = None
    encoding: str = "utf-8-sig"
    fallback_encodings: tuple[str, ...] = ()
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    sheet: str | None = None
    header_line: int = Field(default=1, ge=1, le=1000)

    @field_validator("encoding", "fallback_encodings")
    @classmethod
    def _known(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for name in (given,) if isinstance(given, str) else given:
            try:
                is_text = codecs.lookup(name)._is_text_encoding  # noqa: SLF001 (the only way to tell text from zip and hex codecs)
            except LookupError:
                is_text = False
            if not is_text:
                raise ValueError(
                    f"{name!r} is not an encoding; common ones are utf-8-sig, cp1252, utf-16, big5 and gb18030"
                )
        return given

    @field_validator("delimiter")
    @classmethod
    def _not_special(cls, delimiter: str) -> str:
        if delimiter in '"\r\n':
            raise ValueError(
                "a delimiter is one character other than a quote or a line end, such as ',' ';' '|' or \"\\t\""
            )
        return delimiter

    def format_of(self, path: Path) -> Format:
        """The format to read a file in."""
        return self.format or _BY_SUFFIX.get(path.suffix.lower(), "csv")
