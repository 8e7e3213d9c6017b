"""``python -m tests.drill.next_release`` is that release's ``migrate``."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command

from ticket_clerk.ticketing.database.engine import Database, alembic_config
from ticket_clerk.ticketing.settings import Settings

VERSIONS = Path(__file__).with_name("versions")


def main() -> None:
    """Bring the database of the environment to the revision that is still to come."""
    config = alembic_config()
    ours = Path(config.get_main_option("script_location") or "") / "versions"
    config.set_main_option("version_path_separator", "os")
    config.set_main_option("version_locations", f"{ours}{os.pathsep}{VERSIONS}")
    database = Database(Settings.from_env(os.environ).database_url)
    with database.engine.connect() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    database.close()


if __name__ == "__main__":
    main()
