"""The numbers of a run, kept in memory."""

from __future__ import annotations

from scrapy.statscollectors import MemoryStatsCollector


class Stats(MemoryStatsCollector):
    """`STATS_CLASS`: Scrapy's own with the same methods, without its price.

    Scrapy looks each method up by another name first, and asks at each call whether an argument of
    an older form was given; a page counts a dozen times.
    """

    __getattribute__ = object.__getattribute__
