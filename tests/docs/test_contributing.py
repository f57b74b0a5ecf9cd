"""What CONTRIBUTING.md tells to do can be done."""

import re

from sqlalchemy import create_engine, inspect

from reinfra.store import migrate
from reinfra.store.schema import REVISIONS
from tests.docs.pages import ROOT

_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
_DOCUMENTED = re.compile(r"^\| `make (\w+)` \|", re.MULTILINE)


def test_every_make_target_is_documented() -> None:
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text())) - {"help"}
    assert set(_DOCUMENTED.findall((ROOT / "CONTRIBUTING.md").read_text())) == targets


def test_tables_and_migrations_agree_and_the_way_down_leaves_nothing() -> None:
    with create_engine("sqlite://").begin() as connection:
        migrate.upgrade(connection)
        migrate.check_models(connection)
        migrate.downgrade(connection)
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_the_files_of_migrations_are_the_known_revisions_in_order() -> None:
    files = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    assert tuple(file.name[:4] for file in files) == REVISIONS
