"""A house out of its data: the requests that bring them, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from scraper.answer.fault import AnswerError, Fault
from scraper.browser.learning import Extract, as_page, tree_of
from scraper.browser.recipe import Recipe, Source
from scraper.browser.template import UnknownError
from scraper.browser.trip import Trip
from scraper.extract.kind import missing
from scraper.facts import Extraction
from scraper.page import Page

_OK: Final = 200


class DataError(Exception):
    """The data of a house were not had: what came instead."""


def next_source(recipe: Recipe, trip: Trip) -> Source | None:
    """The request that is to be made next; None where all data are there."""
    done = len(trip.bodies)
    return recipe.sources[done] if done < len(recipe.sources) else None


def source_url(source: Source, trip: Trip, words: dict[str, str]) -> str:
    """The address of a request; UnknownError where it cannot be made."""
    html = trip.shell.text if trip.shell is not None else None
    return source.address.url(trip.house_id, trip.url, html, words)


def take(recipe: Recipe, trip: Trip, page: Page) -> None:
    """Keep an answer; DataError where it is not one of data."""
    if page.status != _OK:
        raise DataError(f"HTTP {page.status} from {page.final_url}")
    if recipe.reading is not None:
        try:
            orjson.loads(page.body)
        except orjson.JSONDecodeError:
            raise DataError(f"no JSON from {page.final_url}") from None
    trip.bodies.append(page.body)


def said(
    recipe: Recipe, trip: Trip, page: Page, extract: Extract, required: Sequence[str]
) -> Extraction:
    """What the data of a house say; UnknownError where they are not like those learned from."""
    if recipe.reading is None:
        found = extract(as_page(page.body, trip.url, page.fetched_at))
    else:
        shell = trip.shell_said if recipe.shell else None
        bodies = [orjson.loads(body) for body in trip.bodies]
        found = recipe.reading.read(tree_of(bodies, trip.house_id, trip.url, shell))
    if lacking := missing(found.best, required):
        raise UnknownError(f"no {', no '.join(lacking)} in the data")
    return found


def kept(
    recipe: Recipe | None, trip: Trip, page: Page, extract: Extract, required: Sequence[str]
) -> Extraction:
    """What kept data say, as far as they say it alone; AnswerError where they do not."""
    try:
        if recipe is None or recipe.needs_page or len(recipe.sources) > 1:
            raise UnknownError("they are not all that was asked for")
        take(recipe, trip, page)
        return said(recipe, trip, page, extract, required)
    except (UnknownError, DataError) as error:
        raise AnswerError(Fault(f"the kept data cannot be read: {error}")) from error
