"""Tables whose rows are never changed: triggers refuse UPDATE and DELETE, also to whoever bypasses the product."""

from sqlalchemy import Connection, inspect, text

APPEND_ONLY = (
    *("events", "evidence_roots", "assignments", "verdicts", "decisions", "known_facts"),
    *("payments", "reversals", "costs", "unit_costs", "fixed_costs", "ladders", "packs"),
    *("statements", "earlier_states"),
)
"""Others change as what they tell of goes on; the chain tells how (`ledger.evidence`)."""

ACTIONS = ("UPDATE", "DELETE")


def guard(connection: Connection) -> None:
    """Put the triggers on, wherever they are missing. A revision that makes one of these tables (anew) repeats it."""
    there, tables = guards(connection), inspect(connection).get_table_names()
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
            )
        )
    for name in sorted(wanted_guards(connection) - there):
        table, action = name.removeprefix("refuse_").rsplit("_", 1)
        if table not in tables:
            continue  # a later revision makes it
        if connection.dialect.name == "postgresql":
            how = "FOR EACH STATEMENT" if action == "truncate" else "FOR EACH ROW"
            body = f"{how} EXECUTE FUNCTION refuse_change()"
        else:
            body = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE {action.upper()} ON {table} {body}"))


def guards(connection: Connection) -> set[str]:
    """The names of the triggers that are there."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'refuse!_%' ESCAPE '!' AND tgenabled = 'O'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'refuse!_%' ESCAPE '!'"
    return set(connection.execute(text(query)).scalars())


def wanted_guards(connection: Connection) -> set[str]:
    """The names of the triggers that there should be."""
    actions = (*ACTIONS, "TRUNCATE") if connection.dialect.name == "postgresql" else ACTIONS
    return {f"refuse_{table}_{action.lower()}" for table in APPEND_ONLY for action in actions}
