"""The plan of a refresh, made before its visits begin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from scrapy.settings import BaseSettings

from scraper.errors import SettingError, UsageError
from scraper.ledger.due import Planned, Rules, plan
from scraper.ledger.known import forget_site, lacks, learn_rows
from scraper.ledger.store import Ledger
from scraper.place.place import Place

KNOWN: Final = "known"
"""What `-a due=` takes where the lists are not known to be complete."""
_MET: Final = "rollback:"


def plan_due(
    ledger: Ledger, place: Place, site: str, arguments: Mapping[str, str], settings: BaseSettings
) -> Planned | None:
    """The plan of a refresh, made or found; None where the crawl is none.

    The ledger is closed where there can be no plan.
    UsageError, SettingError for what cannot be; AlarmError where too many houses vanished.
    """
    due = arguments.get("due")
    if due is None:
        return None
    try:
        if arguments.get("part") or arguments.get("parts") or arguments.get("from"):
            raise UsageError("-a due=... goes with no part of the list, and with no -a from=...")
        rules, listed = rules_of(settings), _moment(due)
        _learn(ledger, place, site)
        return plan(ledger, site, rules, listed)
    except BaseException:
        ledger.close()
        raise


def rules_of(settings: BaseSettings) -> Rules:
    """The settings of a refresh; SettingError names the one that cannot be used."""
    return Rules(
        _number("REFRESH_ACTIVE_DAYS", settings),
        _number("REFRESH_REST_DAYS", settings),
        int(_number("REFRESH_PAGES", settings)),
        settings.getbool("REFRESH_LISTED"),
    )


def _number(name: str, settings: BaseSettings) -> float:
    found = settings.get(name)
    try:
        value = float(str(found))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e9:
        raise SettingError(f"{name}={found}: expected a number from 0 on")
    return value


def _moment(due: str) -> datetime | None:
    if due == KNOWN:
        return None
    try:
        return datetime.fromisoformat(due).astimezone(UTC)
    except ValueError:
        raise UsageError(f"-a due={due}: expected due={KNOWN} or a time") from None


def _learn(ledger: Ledger, place: Place, site: str) -> None:
    """Take over from the dataset what the ledger does not know of the rows that stand."""
    from scraper.dataset.intake import Intake  # costs a second, as publishing does
    from scraper.dataset.publish import pending_parts
    from scraper.dataset.rows import rows
    from scraper.dataset.version import versions

    published = versions(place)
    back = max((one.number for one in published if one.restores is not None), default=0)
    with ledger.database.transaction() as connection:
        number = ledger.database.word(connection, site)
        note = connection.execute(
            "SELECT value FROM notes WHERE name = ?", (f"{_MET}{number}",)
        ).fetchone()
        if back > int(note[0] if note else 0):
            # What stands now is older than what was seen last.
            forget_site(connection, number)
            connection.execute("REPLACE INTO notes VALUES (?, ?)", (f"{_MET}{number}", str(back)))
        if not lacks(connection, number):
            return
    parts = tuple(pending_parts(place, published))
    intake = Intake(place, "houses", tuple(m for m in parts if "houses" in m.tables), parts)
    _take(ledger, site, intake.rows(intake.keys()))
    if published:
        _take(ledger, site, rows(place))


def _take(ledger: Ledger, site: str, batches: pa.RecordBatchReader) -> None:
    for batch in batches:
        with ledger.database.transaction() as connection:
            number = ledger.database.word(connection, site)
            learn_rows(connection, number, batch.filter(pc.equal(batch["site"], site)))
