"""A small site whose pages and photos are full of people."""

import io
import json

from PIL import Image

from tests.faults.wire import Wire, page

HOUSES = 7
SOURCES = {
    "text": "hesketh",
    "JSON-LD": "vandersloot",
    "microdata": "hathersage",
    "mailto:": "willowby",
    "EXIF": "thistlewood",
}
"""Somebody for each place where a page can hold people, who is nowhere else."""
CANARIES = (
    *SOURCES.values(),
    "quimby",
    "achterberg",
    "brackenridge",
    "brightkey",
    "555-0142",
    "555 0142",
    "5550142",
    "555.0187",
    "5550187",
    "01987654",
)
"""Parts of the names, addresses, phones and licence numbers that the pages hold."""

_LINKED = {
    "@context": "https://schema.org",
    "@type": "RealEstateListing",
    "name": "A house",
    "description": "Offered by Zelda Quimby of Brightkey, (714) 555-0142.",
    "offers": {
        "@type": "Offer",
        "price": 450000,
        "priceCurrency": "USD",
        "seller": {
            "@type": "RealEstateAgent",
            "name": "Ottoline Vandersloot",
            "telephone": "+1 714 555 0142",
            "email": "ottoline.vandersloot@brightkey.example",
        },
    },
}
_STATE = {
    "props": {
        "listing": {
            "agentName": "Zelda Quimby",
            "agentPhone": "714-555-0142",
            "ownerName": "Torvald Achterberg",
            "tenant": {"name": "Philomena Brackenridge", "mobile": "7145550187"},
            "remarks": "Text Torvald Achterberg at 714.555.0187, DRE 01987654.",
        }
    }
}
_FACTS = {
    "Bedrooms": "3",
    "Living area": "1,500 sqft",
    "Year built": "1988",
    "Listing agent": "Zelda Quimby, Brightkey Realty",
    "Owner": "Torvald Achterberg",
    "Tenant": "Philomena Brackenridge",
    "Agent phone": "(714) 555-0142",
    "License #": "DRE 01987654",
    "Showing": "Contact Zelda Quimby, zelda.quimby@brightkey.example",
    "Heating": "Forced air; serviced by Torvald Achterberg, 714.555.0187",
}
_TEXT = (
    "A quiet house near the park with a sunny kitchen. Listed by Zelda Quimby, DRE #01987654. "
    "Call Zelda Quimby at (714) 555-0142 or write to zelda.quimby (at) brightkey (dot) example. "
    "Presented by Barnaby Hesketh. "
    "Owner: Torvald Achterberg, 714.555.0187. Visit www.brightkey.example. "
    "The garden has old trees, and the roof was renewed. " * 3
)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights='
    b'"http://ns.adobe.com/xap/1.0/rights/" dc:creator="Zelda Quimby" xmpRights:WebStatement='
    b'"https://brightkey.example/zelda-quimby"/></rdf:RDF></x:xmpmeta>'
)


def photo() -> bytes:
    """A photo that says in EXIF, XMP, IPTC and a comment who took it, and where."""
    image, out = Image.new("RGB", (64, 48), (90, 120, 60)), io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = exif[0x8298] = "Casimir Thistlewood 714-555-0142"
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 39.0, 37.0), 3: "W", 4: (117.0, 59.0, 57.0)})
    image.save(out, "JPEG", exif=exif, xmp=XMP, comment=b"by Zelda Quimby")
    iptc = b"\x1c\x02\x50\x00\x0cZelda Quimby\x1c\x02\x74\x00\x13Brightkey 555-0142."
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(iptc).to_bytes(4, "big") + iptc
    segment = b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block
    data = out.getvalue()
    return data[:2] + segment + data[2:]


def house(number: int) -> bytes:
    facts = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in _FACTS.items())
    return f"""<!DOCTYPE html><html><head><title>{number} Oak Street - Zelda Quimby</title>
<meta name="author" content="Zelda Quimby"><meta name="description" content="{_TEXT}">
<script type="application/ld+json">{json.dumps(_LINKED)}</script>
<script id="__NEXT_DATA__" type="application/json">{json.dumps(_STATE)}</script></head><body>
<h1>{number} Oak Street, Springfield, IL 62701</h1><p>Sold price: ${400 + number},000</p>
<dl>{facts}</dl><h2>Description</h2><p class="description">{_TEXT}</p>
<div itemscope itemtype="https://schema.org/RealEstateAgent">
<span itemprop="name">Ferdinand Hathersage</span>
<a itemprop="telephone" href="tel:+17145550142">(714) 555-0142</a>
<a href="mailto:p.willowby@fernmark.example">Write to us</a></div>
<table><tr><th>Date</th><th>Event</th><th>Price</th></tr><tr><td>2024-05-01</td>
<td>Listed by Zelda Quimby 714-555-0142</td><td>$390,000</td></tr></table>
<img src="/p/{number}.jpg" alt="Photo by Zelda Quimby, 714-555-0142" width="900" height="600">
<img src="/p/zelda-quimby-kitchen-{number}.jpg" alt="Kitchen" width="900" height="600">
<img src="/p/lost/Zelda_Quimby-{number}.jpg" alt="Garden" width="900" height="600">
</body></html>""".encode()


def quiet(page: bytes) -> bytes:
    """A house's page whose row comes out of it without its people, too: the archive keeps it."""
    for said, instead in (
        (_LINKED["description"].encode(), b"A house by a park."),
        (b" or write to zelda.quimby (at) brightkey (dot) example", b""),
        (b"450000", b"407000"),
        (b"01987654", b""),
        (b"zelda-quimby-kitchen-", b"kitchen-"),
        (b'<img src="/p/lost/', b'<img data-lost="/p/lost/'),
    ):
        assert said in page
        page = page.replace(said, instead)
    return page


_LINKS = "".join(f'<a href="/house/{n}">by Zelda Quimby</a>' for n in range(1, HOUSES + 1))
LIST = f"<html>{_LINKS}</html>".encode()


def site(wire: Wire) -> str:
    wire.answers["/list"] = page(LIST)
    for number in range(1, HOUSES + 1):
        shown = quiet(house(number)) if number == HOUSES else house(number)
        wire.answers[f"/house/{number}"] = page(shown)
        names = "", "kitchen-", "zelda-quimby-kitchen-"
        for path in (f"/p/{name}{number}.jpg" for name in names):
            wire.answers[path] = page(photo(), kind="image/jpeg")
        lost = page(b"ask Zelda Quimby", 500, "X-Agent: Zelda Quimby")
        wire.answers[f"/p/lost/Zelda_Quimby-{number}.jpg"] = lost
    return (
        f'name = "people"\n[search]\nurls = ["http://{wire.host}/list"]\nid = "/house/([0-9]+)$"\n'
        f'[house]\nurl = "http://{wire.host}/house/{{id}}"\n[render]\nmode = "never"\n'
    )
