"""Small generated house sites in other words and other markup, each with its truth."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from functools import cache
from random import Random
from urllib.parse import parse_qs, urlsplit

from PIL import Image

from scraper.demo.server import Answer, Log, Request, Server

SQFT_PER_M2 = 10.7639


@cache
def picture(seed: int) -> bytes:
    """A small photo."""
    data = io.BytesIO()
    Image.new("RGB", (64, 48), (40 + seed * 7 % 200, 90, 60)).save(data, "JPEG")
    return data.getvalue()


@dataclass(frozen=True)
class Home:
    number: int
    kind: str
    street: str
    zip: str
    city: str
    price: int
    metres: int
    bedrooms: int
    baths: int
    year: int

    @property
    def truth(self) -> dict[str, object]:
        return {
            "address": self.street, "city": self.city, "zip": self.zip,
            "listed_price": float(self.price), "currency": "EUR",
            "living_area_sqft": round(self.metres * SQFT_PER_M2, 2),
            "bedrooms": float(self.bedrooms), "bathrooms": float(self.baths),
            "year_built": self.year,
        }  # fmt: skip


def homes(count: int, city: str, code: str, streets: list[str], kinds: list[str], seed: int):
    dice = Random(f"{city}{seed}")
    return [
        Home(
            number=40_000 + seed * 10_000 + n * 37,
            kind=dice.choice(kinds),
            street=dice.choice(streets).format(n + 1),
            zip=f"{code}{n % 9 + 1}",
            city=city,
            price=dice.randrange(90, 900) * 1000,
            metres=dice.randrange(45, 240),
            bedrooms=dice.randrange(1, 6),
            baths=dice.randrange(1, 4),
            year=dice.randrange(1930, 2020),
        )
        for n in range(count)
    ]


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def plain(text: str) -> str:
    letters = str.maketrans("áéíóúñüöäß", "aeiounuoas")
    return re.sub(r"[^a-z0-9]+", "-", text.lower().translate(letters)).strip("-")


class MadeSite:
    """A site on a port of 127.0.0.1, from `with` to its end."""

    per_page = 8

    def __init__(self, *cities: list[Home]) -> None:
        self.cities = {plain(some[0].city): some for some in cities}
        self.server = Server(self.respond)
        self.robots = "User-agent: *\nDisallow: /privado\n"

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def url(self) -> str:
        return f"http://{self.server.host}"

    @property
    def log(self) -> Log:
        return self.server.log

    @property
    def all(self) -> list[Home]:
        return [home for some in self.cities.values() for home in some]

    @property
    def truth(self) -> dict[str, dict[str, object]]:
        return {self.id_of(home): home.truth for home in self.all}

    def respond(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/robots.txt":
            return Answer(self.robots.encode(), kind="text/plain")
        if found := re.search(r"/(?:fotos|bilder)/(\d+)", parts.path):
            return Answer(picture(int(found[1])), kind="image/jpeg")
        body = self.page(parts.path, query)
        return Answer(body.encode()) if body else Answer(b"<html>404</html>", 404)

    def page(self, path: str, query: dict[str, str]) -> str | None:
        raise AssertionError

    def id_of(self, home: Home) -> str:
        raise AssertionError


class CasasDelSur(MadeSite):
    """Spanish; values stand before their labels; the ID is a slug; a list is cut off at a page."""

    cap: int | None = None
    """Pages that are shown of a list."""

    def id_of(self, home: Home) -> str:
        return f"{plain(home.kind)}-en-{plain(home.street)}-{plain(home.city)}-{home.number}"

    def page(self, path: str, query: dict[str, str]) -> str | None:
        steps = [step for step in path.split("/") if step]
        if steps[:1] == ["venta"] and len(steps) == 2 and steps[1] in self.cities:
            return self.list(steps[1], query)
        found = [home for home in self.all if steps == ["inmueble", self.id_of(home)]]
        return self.house(found[0]) if found else None

    def list(self, city: str, query: dict[str, str]) -> str:
        low, high = int(query.get("desde", 0)), int(query.get("hasta", 10**9))
        some = [
            home
            for home in self.cities[city]
            if low <= home.price <= high and query.get("tipo") in (None, plain(home.kind))
        ]
        page, size = int(query.get("pagina", 1)), self.per_page
        last = -(-len(some) // size)
        last = min(last, self.cap or last)
        shown = some[(page - 1) * size : page * size] if page <= last else []
        kept = "".join(f"&{k}={v}" for k, v in query.items() if k != "pagina")
        more = f'<a class="sig" href="/venta/{city}/?pagina={page + 1}{kept}">Siguiente »</a>'
        towns = "".join(f'<a href="/venta/{one}/">{one}</a>' for one in self.cities)
        cards = "".join(
            f'<article><a href="/inmueble/{self.id_of(one)}/"><h3>{one.kind} en {one.street}</h3>'
            f"<b>{thousands(one.price)} €</b></a></article>"
            for one in shown
        )
        return (
            f'<html lang="es"><head><title>Venta en {city}</title></head><body>'
            f"<nav>{towns} <a href='/inmueble/mapa/'>Mapa</a></nav>"
            f"<h1>{thousands(len(some))} viviendas en venta en {city}</h1>{cards}"
            f"{more if page < last else ''}</body></html>"
        )

    def house(self, home: Home) -> str:
        facts = [
            (home.bedrooms, "habitaciones"), (home.baths, "baños"),
            (f"{home.metres} m²", "superficie construida"), (home.year, "año de construcción"),
            ("Sur", "orientación"), ("María Ruiz", "agente"),
        ]  # fmt: skip
        shown = "".join(
            f'<div class="d"><strong>{value}</strong><em>{label}</em></div>'
            for value, label in facts
        )
        photos = "".join(
            f'<img src="/fotos/{home.number}/{n}-grande.jpg" width="800">' for n in range(2)
        )
        near = "".join(
            f'<li><a href="/inmueble/{self.id_of(one)}/">{one.street} '
            f"{thousands(one.price)} € {one.metres} m²</a></li>"
            for one in self.cities[plain(home.city)][:3]
            if one != home
        )
        return (
            f'<html lang="es"><head><title>{home.kind} en {home.street}</title></head><body>'
            f'<div class="cab"><div class="precio">{thousands(home.price)} €</div>'
            f"<h1>{home.street}, {home.zip} {home.city}, España</h1><p>En venta</p></div>{photos}"
            f'<div class="datos">{shown}</div><div class="texto"><h2>Descripción</h2><p>'
            f"{'Una casa tranquila con mucha luz cerca del parque. ' * 4}</p></div>"
            f"<section><h2>Viviendas similares</h2><ul>{near}</ul></section></body></html>"
        )


class WohnKontor(MadeSite):
    """German; tables and JSON in the page; the ID is a query parameter; pages by number only."""

    redesigned = False
    """Whether the price stands in the page as a picture."""

    def id_of(self, home: Home) -> str:
        return f"WK{home.number}"

    def page(self, path: str, query: dict[str, str]) -> str | None:
        if path == "/suche" and query.get("ort") in self.cities:
            return self.list(query["ort"], int(query.get("blatt", 1)))
        found = [home for home in self.all if query.get("objekt") == self.id_of(home)]
        return self.house(found[0]) if path == "/expose" and found else None

    def list(self, city: str, page: int) -> str:
        some, size = self.cities[city], self.per_page
        shown, last = some[(page - 1) * size : page * size], -(-len(some) // size)
        rows = "".join(
            f'<tr><td><a href="/expose?quelle=liste&objekt={self.id_of(one)}">{one.street}</a></td>'
            f"<td>{one.metres} m²</td><td>{thousands(one.price)} EUR</td></tr>"
            for one in shown
        )
        pager = "".join(
            f"<i>{n}</i>" if n == page else f'<a href="/suche?ort={city}&blatt={n}">{n}</a>'
            for n in range(1, last + 1)
        )
        return (
            f'<html lang="de"><head><title>Suche</title></head><body><p>Ihre Suche: <b>{len(some)}'
            f"</b> Treffer</p><table>{rows}</table><div>{pager}</div>"
            '<p><a href="/expose/hilfe?thema=objekt">Hilfe</a></p></body></html>'
        )

    def house(self, home: Home) -> str:
        rows = [
            ("Kaufpreis", f"{thousands(home.price)} EUR"), ("Wohnfläche", f"{home.metres} m²"),
            ("Schlafzimmer", home.bedrooms), ("Badezimmer", home.baths), ("Baujahr", home.year),
            ("Hausgeist", "freundlich"), ("Ansprechpartner", "Jana Roth"),
        ]  # fmt: skip
        if self.redesigned:
            rows = rows[1:]
        table = "".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in rows)
        state = {
            "seite": {"typ": "expose", "version": 3},
            "listing": {
                "id": self.id_of(home), "price": home.price, "currency": "EUR",
                "livingArea": home.metres, "livingAreaUnit": "m2", "bedrooms": home.bedrooms,
                "address": {"street": home.street, "postalCode": home.zip, "city": home.city,
                            "country": "DE"},
            },
        }  # fmt: skip
        if self.redesigned:
            del state["listing"]["price"]
        photos = "".join(f'<img data-src="/bilder/{home.number}?n={n}&w=900">' for n in range(2))
        return (
            f'<html lang="de"><head><title>{home.kind} in {home.city}</title></head><body>'
            f"<h1>{home.kind} kaufen</h1><p>{home.street}, {home.zip} {home.city}</p>"
            f'<img src="/bilder/1?logo" width="60"><div>{photos}</div><table>{table}</table>'
            f"<h2>Beschreibung</h2><p>{'Ein helles Haus nahe am Park, ruhig gelegen. ' * 4}</p>"
            f'<script id="state" type="application/json">{json.dumps(state)}</script>'
            "</body></html>"
        )


def casas(count: int = 20, **more: object) -> CasasDelSur:
    """The Spanish site, two towns of it."""
    streets = ["Calle Olivo {}", "Avenida del Puerto {}", "Plaza de la Luz {}"]
    kinds = ["Casa", "Piso", "Ático"]
    site = CasasDelSur(
        homes(count, "Sevilla", "4100", streets, kinds, 1),
        homes(max(3, count // 3), "Cádiz", "1100", streets, kinds, 2),
    )
    for name, value in more.items():
        setattr(site, name, value)
    return site


def wohnkontor(count: int = 20) -> WohnKontor:
    """The German site, one town of it."""
    streets = ["Lindenstraße {}", "Am Markt {}", "Gartenweg {}"]
    return WohnKontor(homes(count, "Leipzig", "0410", streets, ["Haus", "Wohnung"], 3))
