"""What the file of a photo says of its use: IPTC and PLUS data mining, TDM and licence in XMP.

IPTC Photo Metadata Standard 2023.1 (`plus:DataMining`, values of the PLUS vocabulary), Creative
Commons' `cc:license`. Names that the packet holds (creator, credit, rights) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from scraper.rights.signals import DATA_MINING, LICENCE, TDM_XMP, Signals

_PLUS: Final = "{http://ns.useplus.org/ldf/xmp/1.0/}DataMining"
_TDM: Final = "{http://www.w3.org/ns/tdmrep/}reservation"
_CC: Final = "{http://creativecommons.org/ns#}license"
_STATEMENT: Final = "{http://ns.adobe.com/xap/1.0/rights/}WebStatement"
_RESOURCE: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_WANTED: Final = {_PLUS: DATA_MINING, _TDM: TDM_XMP, _CC: LICENCE, _STATEMENT: LICENCE}
_MINING: Final = re.compile(r"DMI-[A-Z-]{3,60}")
_TERMS: Final = re.compile(r"https?://(?:creativecommons|rightsstatements)\.org/[\w./-]{1,80}")
"""Licences that say the same for everybody; another address may name a person."""
_START: Final = re.compile(rb"<(x:xmpmeta|x:xapmeta|rdf:RDF)[\s>]")
_MOST: Final = 4
_LARGEST: Final = 2 * 1024 * 1024


def photo_signals(data: bytes, packets: Iterable[bytes] = ()) -> Signals:
    """The signals in a photo's bytes as they were sent; `packets`: XMP that was compressed there.

    Total: a packet that is no XML is searched for the vocabulary's words.

    >>> photo_signals(b'..<x:xmpmeta>plus:DataMining="DMI-PROHIBITED"</x:xmpmeta>..')
    {'plus:DataMining': ('DMI-PROHIBITED',)}
    """
    found: dict[str, list[str]] = {}
    for packet in (*_packets(data), *packets):
        for place, text in _stated(packet[:_LARGEST]):
            if text not in found.setdefault(place, []):
                found[place].append(text)
    return {place: tuple(words) for place, words in found.items() if words}


def _packets(data: bytes) -> Iterator[bytes]:
    at = 0
    for _ in range(_MOST):
        start = _START.search(data, at)
        if start is None:
            return
        closing = b"</" + start[1] + b">"
        end = data.find(closing, start.end())
        at = end + len(closing) if end >= 0 else len(data)
        yield data[start.start() : at]


def _stated(packet: bytes) -> Iterator[tuple[str, str]]:
    """Place and word of each statement; entities are not resolved, nothing is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=False, huge_tree=False
    )
    try:
        if b"<!" in packet:
            raise ValueError("XMP has no declarations")
        root = etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        for word in _MINING.findall(packet.decode("latin-1").upper()):
            yield DATA_MINING, word
        return
    for element in root.iter(etree.Element):
        said = ((name, value) for name, value in element.attrib.items() if name in _WANTED)
        for name, value in (*said, *_of_element(element)):
            yield from _word(_WANTED[str(name)], str(value))


def _of_element(element: etree._Element) -> Iterator[tuple[str, str]]:
    if element.tag in _WANTED:
        text = "".join(str(part) for part in element.itertext())
        yield str(element.tag), str(element.get(_RESOURCE) or text)


def _word(place: str, value: str) -> Iterator[tuple[str, str]]:
    """The part of a value that belongs to a vocabulary."""
    value = value.strip()
    if place == DATA_MINING:
        found = _MINING.search(value.upper())
    elif place == LICENCE:
        found = _TERMS.match(value)
    else:
        found = re.fullmatch("[01]", value)
    if found:
        yield place, found[0]
