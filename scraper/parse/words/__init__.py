"""The tables of words, units and currencies that the parsers know, as CSV.

The first line of each file names its source. A line more is a spelling more: no code changes.
"""
