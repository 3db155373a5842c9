"""A small site whose houses come by JavaScript, with a script of its own kind for each test."""

import io
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from scraper.demo.server import Answer, Request, Server

TOWNS = (
    ("Alder Point", "CA", "94501"),
    ("Brush Creek", "OR", "97031"),
    ("Cold Fork", "WA", "98101"),
)
KINDS = ("SINGLE_FAMILY", "CONDO", "TOWNHOUSE")

SCRIPT = """
const id = location.pathname.split('/').pop();
const money = (n) => '$' + n.toLocaleString('en-US');
const row = (label, value) => value === null || value === undefined ? '' :
  `<dt>${label}</dt><dd>${value}</dd>`;
const words = (s) => s.toLowerCase().split('_').map(w => w[0].toUpperCase() + w.slice(1)).join(' ');
(async () => {
  const answer = await fetch(%(url)s%(options)s);
  const h = await answer.json();
  document.title = h.street + ' | Rows';
  document.getElementById('app').innerHTML = `
    <h1>${h.street}, ${h.city}, ${h.state} ${h.zip}</h1>
    <p class="lead">${h.beds} bd, ${h.baths} ba</p>
    <dl>${row('Sold price', money(h.%(price)s))}${row('Sold on', new Date(h.sold_on + 'T12:00:00')
      .toLocaleDateString('en-US'))}${row('Year built', h.year)}
      ${row('Living area', h.area.toLocaleString('en-US') + ' sqft')}
      ${row('Home type', words(h.kind))}${row('Heating', h.heating.join(', '))}
      ${h.hoa ? row('HOA fee', money(h.hoa) + ' monthly') : ''}</dl>
    <section><h2>Price history</h2><table><tr><th>Date</th><th>Event</th><th>Price</th></tr>
      ${h.history.map(e => `<tr><td>${e.day}</td><td>${e.what}</td><td>${money(e.sum)}</td></tr>`)
        .join('')}</table></section>
    <div>${h.photos.map(p => `<img src="/ph/${id}/${p}.jpg" width="900" height="600">`)
      .join('')}</div>
    <p class="description">${h.about}</p>`;
})();
"""

SHELL = """<!doctype html><html><head><title>Rows</title>
<link rel="stylesheet" href="/style.css">%(head)s</head>
<body><div id="app">Loading</div><script src="/app.js%(version)s"></script></body></html>"""


@dataclass
class Scripted:
    """The site: `kind` says how its script gets a house's data."""

    kind: str
    count: int = 40
    server: Server = field(init=False)
    turned: bool = False
    """Whether it has changed."""
    begun: set[str] = field(default_factory=set)
    """Houses whose page came before it did: such a page still finds the data it was made for."""

    def __post_init__(self) -> None:
        rng = random.Random(3)
        self.ids = [f"{rng.randrange(10**8, 10**9)}" for _ in range(self.count)]
        self.houses = {one: self._house(one, rng) for one in self.ids}
        photo = io.BytesIO()
        Image.new("RGB", (90, 60), "teal").save(photo, "JPEG")
        self.photo = photo.getvalue()
        self.server = Server(self.respond)

    def __enter__(self) -> "Scripted":
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def _house(self, one: str, rng: random.Random) -> dict[str, object]:
        city, state, code = rng.choice(TOWNS)
        price = rng.randrange(200, 2000) * 1000 + 500
        sold = f"20{rng.randrange(19, 24)}-{rng.randrange(3, 13):02}-{rng.randrange(1, 28):02}"
        events = [(sold, "Sold", price), (f"{sold[:5]}01-15", "Listed for sale", price + 5000)]
        return {
            "id": one,
            "street": f"{rng.randrange(1, 999)} {rng.choice(['Oak', 'Elm', 'Fir'])} Street",
            "city": city,
            "state": state,
            "zip": code,
            "beds": rng.randrange(1, 6),
            "baths": rng.choice([1, 1.5, 2, 2.5, 3]),
            "price": price,
            "sold_on": sold,
            "year": rng.choice([None, rng.randrange(1900, 2020), rng.randrange(1900, 2020)]),
            "area": rng.randrange(600, 4000),
            "kind": rng.choice(KINDS),
            "heating": rng.sample(["Forced air", "Gas", "Radiant"], rng.randrange(1, 3)),
            "hoa": rng.choice([0, rng.randrange(50, 400)]),
            "history": [{"day": d, "what": w, "sum": s} for d, w, s in events],
            "photos": rng.sample(range(10), rng.randrange(0, 3)),
            "about": f"{rng.randrange(10, 99)} charms by the {rng.choice(['sea', 'wood'])}.",
            "agent": {
                "name": f"Agent {rng.randrange(10**6)}",
                "office": "Acme",
                "phone": "(714) 555-0142",
                "mail": "agents@acme.example",
            },
        }

    def respond(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if path == "/robots.txt":
            rules = "User-agent: *\nDisallow: /api/\n" if self.kind == "robots" else ""
            return Answer(rules.encode(), kind="text/plain")
        if path == "/list":
            links = "".join(f'<a href="/house/{one}">Home {one}</a><br>' for one in self.ids)
            return Answer(f"<html><body>{links}</body></html>".encode())
        if path == "/app.js":
            return Answer(self.script().encode(), kind="text/javascript")
        if found := re.fullmatch(r"/house/(\d+)", path):
            return self.shell(found[1])
        if path.startswith("/ph/"):
            return Answer(self.photo, kind="image/jpeg")
        if path.startswith("/api/"):
            return self.data(request)
        return Answer(b"", 404)

    def shell(self, one: str) -> Answer:
        heads = {
            "token": '<script>window.__BUILD = "b8812fa77c";</script>',
            "own-token": f'<meta name="page-key" content="{self.key(one)}">',
        }
        version = "?2" if self.turned else ""
        if not self.turned:
            self.begun.add(one)
        body = SHELL % {"head": heads.get(self.kind, ""), "version": version}
        return Answer(body.encode())

    def key(self, one: str) -> str:
        return f"k{random.Random(one).randrange(10**9):09}x"

    def script(self) -> str:
        urls = {
            "token": "`/api/${window.__BUILD}/${id}.json`",
            "own-token": "`/api/h?id=${id}&key=${document.querySelector('meta').content}`",
            "random": "`/api/${Math.random().toString(36).slice(2)}/${id}`",
            "post": "`/api/house?id=${id}`",
        }
        url = urls.get(self.kind, "`/api/v2/homes/${id}`" if self.turned else "`/api/house/${id}`")
        options = ", {method: 'POST'}" if self.kind == "post" else ""
        price = "amount" if self.turned and self.kind == "moves" else "price"
        return SCRIPT % {"url": url, "options": options, "price": price}

    def data(self, request: Request) -> Answer:
        asked = len({one.path for one in self.server.log.requests("/api/")})
        if self.kind in ("moves", "lies") and asked > self.count * 0.6 and not self.turned:
            self.turned = True
        found = re.search(r"\d{9}(?!\d)", request.path)
        if found is None or found[0] not in self.houses or not self.right(request, found[0]):
            return Answer(b'{"error": "no such thing"}', 404, "application/json")
        house = dict(self.houses[found[0]])
        if self.turned and self.kind == "moves" and "/v2/" in request.path:
            house["amount"] = house.pop("price")
        old = self.turned and "/v2/" not in request.path and found[0] not in self.begun
        if self.kind == "lies" and old:
            house["area"] = 999
        return Answer(json.dumps(house).encode(), kind="application/json")

    def right(self, request: Request, one: str) -> bool:
        if self.kind == "token":
            return "/b8812fa77c/" in request.path
        if self.kind == "own-token":
            return request.path.endswith(self.key(one))
        old = self.turned and "/v2/" not in request.path and one not in self.begun
        return not (self.kind == "moves" and old)

    def rendered(self) -> int:
        """Pages that a browser showed so far: only one runs the script."""
        return len(self.server.log.requests("/app.js"))

    def site_file(self, folder: Path, mode: str = "auto") -> Path:
        path = folder / "rows.toml"
        root = f"http://{self.server.host}"
        path.write_text(
            f'name = "rows"\n[search]\nurls = ["{root}/list"]\nid = \'/house/(\\d+)\'\n'
            f'[house]\nurl = "{root}/house/{{id}}"\n[render]\nmode = "{mode}"\n'
            "[pace]\ndelay = 0\nconcurrency = 16\n"
        )
        return path
