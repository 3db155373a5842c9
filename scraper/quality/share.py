"""Shares of small and large samples, and whether one is far below another."""

from __future__ import annotations

from math import exp, lgamma, log, log1p, sqrt
from typing import Final

Z: Final = 1.96
"""Standard normal quantile of a two-sided interval of 95 %."""
USUAL: Final = 0.95
"""Share from which on a column counts as given by the site. Below it gaps come in clusters: towns,
kinds of homes and states that tell less would alarm every night."""
ENOUGH: Final = 10
"""Houses that a share is known from, at least."""
SUREST: Final = 0.95
"""However large the past, a site is not believed to fill a column more surely than this: so it
takes seven houses in a row, and not two, before a run of gaps is no luck any more."""
FAR: Final = 0.6
"""Below this part of what was usual a share is far below it. Less is a change of the houses."""
LUCK: Final = 1e-8
"""Chance below which gaps are no luck. A crawl of a million houses looks a million times."""
RARE_LUCK: Final = 1e-40
"""The same for what no buyer asks for first: some thirty houses in a row. Flooring or schools of
a whole village may be missing for no fault of anybody."""

LAYER_LUCK: Final = 1e-20
"""The same for the part of the page that a value asked for first comes from: the value itself is
still there, so a dozen and a half houses in a row are waited for."""


def low_share(hits: int, of: int, z: float = Z) -> float:
    """The lower end of the Wilson interval of a share: what it is at least (Wilson, 1927).

    >>> round(low_share(30, 30), 3), round(low_share(3, 3), 3), low_share(0, 0)
    (0.886, 0.438, 0.0)
    """
    return _wilson(hits, of, -z)


def high_share(hits: int, of: int, z: float = Z) -> float:
    """The upper end of the Wilson interval of a share: what it is at most.

    >>> round(high_share(0, 10), 3), high_share(0, 0)
    (0.278, 1.0)
    """
    return _wilson(hits, of, z) if of else 1.0


def _wilson(hits: int, of: int, z: float) -> float:
    if not of:
        return 0.0
    share, z2 = hits / of, z * z
    middle, reach = share + z2 / (2 * of), sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return min(1.0, max(0.0, (middle + z * reach) / (1 + z2 / of)))


def luck(hits: int, of: int, share: float) -> float:
    """The chance of so few hits or fewer, where each has the chance `share`.

    >>> luck(0, 3, 0.9) < 0.0011, luck(3, 3, 0.9)
    (True, 1.0)
    """
    if hits >= of or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    whole, yes, no = lgamma(of + 1), log(share), log1p(-share)
    terms = (
        exp(whole - lgamma(n + 1) - lgamma(of - n + 1) + n * yes + (of - n) * no)
        for n in range(hits + 1)
    )
    return min(1.0, sum(terms))


def is_far_below(hits: int, of: int, past_hits: int, past: int, rare: float = LUCK) -> bool:
    """Whether a share fell far below a past one, and not by luck.

    The past one has to be usual and known from enough houses; of the recent one a handful is
    enough when hardly one has the value.

    >>> is_far_below(0, 9, 30, 30), is_far_below(0, 4, 30, 30), is_far_below(0, 9, 6, 6)
    (True, False, False)
    >>> is_far_below(8, 9, 30, 30), is_far_below(0, 9, 15, 30)
    (False, False)
    """
    if past < ENOUGH or past_hits < USUAL * past or not of:
        return False
    expected = min(SUREST, low_share(past_hits, past))
    return hits < FAR * expected * of and luck(hits, of, expected) < rare
