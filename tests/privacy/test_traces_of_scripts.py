"""The same where scripts ask for the houses: by the browser, by the data, refreshed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scraper.dataset import read
from tests.faults.wire import Wire, page
from tests.privacy.people import CANARIES, photo
from tests.privacy.test_traces import OPEN, run, traces

HOUSES = 24
SCRIPT = """
const id = location.pathname.split('/').pop();
const row = (label, value) => `<dt>${label}</dt><dd>${value}</dd>`;
fetch('/api/' + id + '.json').then((answer) => answer.json()).then((h) => {
  document.title = h.street + ' - ' + h.agent.name;
  document.getElementById('app').innerHTML = `<h1>${h.street}, ${h.city}, IL 62701</h1>
    <dl>${row('Sold price', '$' + h.price.toLocaleString('en-US'))}${row('Bedrooms', h.beds)}
    ${row('Year built', h.year)}${row('Living area', h.area + ' sqft')}
    ${row('Listing agent', h.agent.name + ', ' + h.agent.office)}
    ${row('Agent phone', h.agent.phone)}${row('Owner', h.owner)}</dl>
    <div class="agent-card"><b>${h.agent.name}</b> <a href="tel:${h.agent.phone}">call</a>
    <a href="mailto:${h.agent.mail}">write</a></div>
    ${h.photos.map((p) => `<img src="${p}" alt="by ${h.agent.name}" width="900" height="600">`)
      .join('')}
    <p class="description">${h.about}</p>`;
});
"""
SHELL = b"""<!doctype html><html><head><title>House</title>
<meta name="author" content="Zelda Quimby"></head><body><div id="app">Loading</div>
<script src="/app.js"></script></body></html>"""


def data(number: int) -> bytes:
    house = {
        "street": f"{number} Oak Street",
        "city": "Springfield",
        "price": 400_000 + 1000 * number,
        "beds": 2 + number % 4,
        "year": 1950 + number,
        "area": 900 + 10 * number,
        "photos": [f"/p/{number}.jpg", f"/p/{number}b.jpg"][: 1 + number % 2],
        "owner": "Torvald Achterberg",
        "agent": {
            "name": "Zelda Quimby",
            "office": "Brightkey Realty",
            "phone": "(714) 555-0142",
            "mail": "zelda.quimby@brightkey.example",
            "license": "DRE 01987654",
        },
        "about": f"A sunny kitchen, {number} windows. Call Zelda Quimby at (714) 555-0142.",
    }
    return json.dumps(house).encode()


def by_script(wire: Wire) -> str:
    """A site whose pages are empty until their script had its answer."""
    links = "".join(f'<a href="/house/{n}">by Zelda Quimby</a>' for n in range(1, HOUSES + 1))
    wire.answers["/list"] = page(f"<html>{links}</html>".encode())
    wire.answers["/app.js"] = page(SCRIPT.encode(), kind="text/javascript")
    for number in range(1, HOUSES + 1):
        wire.answers[f"/house/{number}"] = page(SHELL)
        wire.answers[f"/api/{number}.json"] = page(data(number), kind="application/json")
        for name in (f"{number}", f"{number}b"):
            wire.answers[f"/p/{name}.jpg"] = page(photo(), kind="image/jpeg")
    return (
        f'name = "people"\n[search]\nurls = ["http://{wire.host}/list"]\nid = "/house/([0-9]+)$"\n'
        f'[house]\nurl = "http://{wire.host}/house/{{id}}"\n[render]\nmode = "data"\n'
        "[pace]\nconcurrency = 3\n"
    )


@pytest.mark.full
def test_pages_by_script_leave_nobodys_traces_either(tmp_path: Path) -> None:
    """What was learned of the data, kept pages and the browser's own files are looked into too."""
    wire = run(tmp_path, made=by_script)
    assert sum(path.startswith("/api/") for _, path in wire.log) >= HOUSES - 1
    houses = read(tmp_path / "data")
    assert set(houses["fetch_mode"]) == {"browser", "data"}
    assert len(houses) >= HOUSES - 1, "one page breaks what reads it"
    assert list((tmp_path / "data" / "ways").iterdir())
    assert traces(tmp_path) == set()


@pytest.mark.full
def test_nor_do_they_where_it_is_refreshed(tmp_path: Path) -> None:
    run(tmp_path, made=by_script, refreshed=2)
    assert len(list((tmp_path / "data" / "runs").iterdir())) > 2
    assert traces(tmp_path) == set()


@pytest.mark.full
def test_without_the_privacy_step_they_do(tmp_path: Path) -> None:
    """The negative control."""
    run(tmp_path, OPEN, made=by_script)
    found = {canary.lower() for _, canary in traces(tmp_path)}
    assert len(found & set(CANARIES)) > 3
