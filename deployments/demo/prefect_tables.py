"""Prefect's tables on a PostgreSQL without pg_trgm, which the one from the wheel does not carry.

Prefect uses that extension for indexes that speed up searching names by a part of them; without the indexes the search
still works. So the statements that need it are left out while Prefect's own migrations run; the server then finds its
tables ready. Run as a process of its own: `python -m deployments.demo.prefect_tables` with Prefect's database URL in
`PREFECT_SERVER_DATABASE_CONNECTION_URL`.
"""

import asyncio
from typing import Any

from prefect.server.database import provide_database_interface
from sqlalchemy import Engine, event


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _leave_out_trigrams(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any
) -> tuple[str, Any]:
    return ("SELECT 1" if "trgm" in statement else statement), parameters


if __name__ == "__main__":
    asyncio.run(provide_database_interface().create_db())
