"""`housecrawl demo`: the embedded house site, to look at or to crawl at once."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from scraper.cli.demo_weeks import pass_weeks
from scraper.demo.bans import Ban
from scraper.demo.compare import Comparison, compare
from scraper.demo.csv_source import CsvSource
from scraper.demo.seeded import Seeded
from scraper.demo.site import NAME, DemoSite
from scraper.errors import ExitCode, InputFileError, UsageError

HELP = "serve a house site on this machine: made-up houses, or the rows of a CSV"
_DEFAULT_FILE = f"{NAME}.toml"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--serve", type=Path, metavar="CSV", help="a CSV of houses, plain or gzip")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="photos for it: ROW_room.jpg")
    parser.add_argument("--houses", type=_count, default=300, help="made-up houses (300)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed, the same houses (7)")
    parser.add_argument("--port", type=_port, default=0, help="port of 127.0.0.1 (any free one)")
    parser.add_argument(
        "--site-file",
        type=Path,
        default=Path(_DEFAULT_FILE),
        help=f"where to write {_DEFAULT_FILE}",
    )
    parser.add_argument(
        "--ban",
        type=_ban,
        metavar="PAGES:403|429|503|challenge|blank|stale[:SECONDS]",
        help="refuse a source address after so many requests, for so long (for ever)",
    )
    parser.add_argument(
        "--weeks", type=_count, metavar="N", help="with --run: so many weeks go by, each refreshed"
    )
    parser.add_argument(
        "--run", metavar="PLACE", help="crawl it into PLACE at once, compare with the truth, stop"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Serve until Ctrl-C, or for as long as `--run` takes."""
    if args.photos and not args.serve:
        raise UsageError("--photos DIR belongs to the rows of a CSV: give --serve CSV as well")
    if args.weeks and not args.run:
        raise UsageError("--weeks N goes by after a crawl: give --run PLACE as well")
    with _site(args) as site:
        return _crawl(site, args.run, args.weeks) if args.run else _serve(site, args.site_file)


def _site(args: argparse.Namespace) -> DemoSite:
    source = CsvSource(args.serve, args.photos) if args.serve else Seeded(args.houses, args.seed)
    try:
        return DemoSite(port=args.port, source=source, ban=args.ban)
    except OSError as error:
        raise UsageError(
            f"--port {args.port} cannot be used: {error.strerror}; leave it out for any free one"
        ) from error


def _serve(site: DemoSite, path: Path) -> ExitCode:
    _write(site, path)
    with _stoppable() as stopped:
        print(f"{len(site.listed)} houses at {site.url}")
        print(f"site file: {path}\n\nIn another terminal:")
        print(f"  housecrawl check {site.url}/house/{min(site.truth)} --site {path}")
        print(f"  housecrawl run --site {path} --dataset {NAME}-data")
        print(f"  housecrawl export {NAME}-data houses.csv\n\nCtrl-C stops it.", flush=True)
        os.read(stopped, 1)
    print(f"\nstopped after {len(site.log):,} requests")
    return ExitCode.COMPLETE


def _write(site: DemoSite, path: Path) -> None:
    """Write the site file, over an older one of ours but over nothing else."""
    try:
        if path.exists() and not path.read_text("utf-8").startswith(f'name = "{NAME}"\n'):
            raise InputFileError(
                f"{path}: is there and is no site file of `housecrawl demo`; name another one "
                "with --site-file"
            )
        path.write_text(site.site_text(), "utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(
            f"{path}: the site file cannot be written: {error}; name another one with --site-file"
        ) from error


@contextmanager
def _stoppable() -> Iterator[int]:
    """A file that can be read from Ctrl-C or a polite kill on.

    A pipe and no lock: a handler runs in the thread that waits, which may hold the lock just then.
    """
    ours, theirs = os.pipe()

    def stop(_number: int, _frame: FrameType | None) -> None:
        os.write(theirs, b".")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ours
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(ours)
        os.close(theirs)


def _crawl(site: DemoSite, place: str, weeks: int | None) -> ExitCode:
    """The whole job over the site, and what came of it; then the weeks, if any."""
    with tempfile.TemporaryDirectory() as folder:
        file = site.site_file(Path(folder))
        command = [sys.executable, "-m", "scraper.cli.main", "run"]
        command += ["--site", str(file), "--dataset", place]
        code = subprocess.run(command, check=False, env={**os.environ}).returncode
        if code != ExitCode.COMPLETE:
            return ExitCode(code) if code in {*ExitCode} else ExitCode.INCOMPLETE
        result = _compared(site, place)
        print("\nagainst the truth of the site:")
        for line in result.lines():
            print(f"  {line}")
        if not result.complete:
            return ExitCode.ALARM
        return pass_weeks(site, file, place, weeks or 0)


def _compared(site: DemoSite, place: str) -> Comparison:
    from scraper.dataset import read

    return compare(site, read(place), read(place, table="photos"))


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100_000:
        raise argparse.ArgumentTypeError(f"{number} is not a number from 1 to 100000")
    return number


def _ban(text: str) -> Ban:
    try:
        return Ban.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{number} is not a port: 0 to 65535")
    return number
