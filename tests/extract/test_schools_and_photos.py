"""Schools of each level, and photos."""

from __future__ import annotations

import json

import pytest

from scraper.extract.hints import Hints

SCHOOLS = [
    ("Oak Hill Elementary School", "K-5", "8", "1.2"),
    ("Near Elementary School", "K-5", "7", "0.4"),
    ("River Middle School", "6-8", "6", "2.1"),
    ("Salem High School", "9-12", "9", "3.5"),
]
WANTED = {
    "elementary_school": "Near Elementary School",
    "elementary_school_score": "7",
    "middle_school": "River Middle School",
    "middle_school_score": "6",
    "high_school": "Salem High School",
    "high_school_score": "9",
}


def listed(pattern: str) -> str:
    return "".join(pattern.format(name=n, grades=g, rating=r, miles=m) for n, g, r, m in SCHOOLS)


MARKUPS = {
    "list": "<ul>" + listed(
        "<li><span>{rating}/10</span><a href='/s'>{name}</a><p>Grades: {grades}</p>"
        "<p>Distance: {miles} mi</p></li>"
    ) + "</ul>",
    "split rating": listed(
        "<div><div><b>{rating}</b><i>/10</i></div><h4>{name}</h4><span>Grades {grades}</span>"
        "<span>{miles} mi</span></div>"
    ),
    "table": "<table><tr><th>School</th><th>Grades</th><th>Rating</th><th>Miles</th></tr>" + listed(
        "<tr><td>{name}</td><td>{grades}</td><td>{rating}/10</td><td>{miles} mi</td></tr>"
    ) + "</table>",
}  # fmt: skip


@pytest.mark.parametrize("name", MARKUPS)
def test_the_nearest_school_of_each_level(values, name):
    found = values(f"<h1>12 Oak St</h1><section><h2>Nearby schools</h2>{MARKUPS[name]}</section>")
    assert {column: found.get(column) for column in WANTED} == WANTED
    assert found["elementary_school_distance"].startswith("0.4")


def test_one_word_names_a_school_in_a_table_with_a_head(values):
    rows = "<tr><td>Teasel</td><td>Elementary</td><td>PK-4</td><td>8/10</td><td>0.8 mi</td></tr>"
    found = values(
        "<h1>12 Oak St</h1><section><h2>Nearby schools</h2><table><tr><th>School</th><th>Level</th>"
        f"<th>Grades</th><th>Rating</th><th>Distance</th></tr>{rows}</table></section>"
    )
    assert (found["elementary_school"], found["elementary_school_score"]) == ("Teasel", "8")


@pytest.mark.parametrize("grades", ["PK,3-5", "PK-K", "PK,9-12", "Grades: 6-8"])
def test_grades_are_no_school(values, grades):
    found = values(f"<h1>12 Oak St</h1><dl><dt>Elementary school</dt><dd>{grades}</dd></dl>")
    assert "elementary_school" not in found


def test_labels_of_two_schools_of_a_level_are_not_mixed(values):
    lines = (
        ("school", "Far Hills"), ("school rating", "9/10"), ("school distance", "5 mi"),
        ("school", "Near Brook"), ("school rating", "--"), ("school distance", "1.5 mi"),
    )  # fmt: skip
    found = values(
        "<h1>12 Oak St</h1><ul>" + "".join(f"<li>Middle {n}: {v}</li>" for n, v in lines) + "</ul>"
    )
    assert (found["middle_school"], found["middle_school_distance"]) == ("Near Brook", "1.5 mi")
    assert "middle_school_score" not in found


def test_schools_of_json(values):
    schools = [
        {"name": n, "grades": g, "rating": int(r), "distance": float(m), "level": None}
        for n, g, r, m in SCHOOLS
    ]
    house = {"id": 9912345, "price": 1, "bedrooms": 3, "yearBuilt": 1988, "schools": schools}
    found = values(f'<script type="application/json">{json.dumps({"house": house})}</script>')
    assert {column: found.get(column) for column in WANTED} == WANTED
    assert found["high_school_distance"] == "3.5"


def test_the_largest_of_each_photo_once(read):
    body = (
        "<h1>12 Oak St</h1><div>"
        "<img srcset='/p/a1b2c3d4e5f60718-w320.jpg 320w, /p/a1b2c3d4e5f60718-w1536.jpg 1536w'>"
        "<img src='data:image/gif;base64,R0' data-src='/p/b1b2c3d4e5f60718-w768.jpg'>"
        "<img src='/p/a1b2c3d4e5f60718-w320.jpg'><img src='/p/c1b2c3d4e5f60718.jpg'></div>"
    )
    assert read(body).photo_urls == (
        "https://homes.example/p/a1b2c3d4e5f60718-w1536.jpg",
        "https://homes.example/p/b1b2c3d4e5f60718-w768.jpg",
        "https://homes.example/p/c1b2c3d4e5f60718.jpg",
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<img srcset='/p/small-{n}.jpg 320w, /p/fine-{n}.jpg 1600w' src='/p/thin-{n}.jpg'>",
        "<img srcset='/p/small-{n}.jpg 1x, /p/fine-{n}.jpg 2x' src='/p/thin-{n}-w320.jpg'>",
        "<picture><source srcset='/p/fine-{n}.jpg 1600w'><img src='/p/small-{n}.jpg'></picture>",
        "<picture><source srcset='/p/fine-{n}.jpg'><img src='/p/small-{n}.jpg'></picture>",
        "<a href='/p/fine-{n}.jpg'><img src='/p/small-{n}.jpg'></a>",
        "<img src='/p/placeholder-w900.jpg' data-src='/p/fine-{n}.jpg'>",
    ],
)
def test_sizes_with_names_of_their_own_are_one_photo(read, markup):
    body = "<h1>12 Oak St</h1>" + "".join(f"<div>{markup.format(n=n)}</div>" for n in ("ab", "cd"))
    assert read(body).photo_urls == tuple(
        f"https://homes.example/p/fine-{n}.jpg" for n in ("ab", "cd")
    )


def test_the_larger_of_a_picture_by_the_words_of_its_addresses(read):
    markup = "<picture><source srcset='/p/7/large/1.jpg'><img src='/p/7/small/1.jpg'></picture>"
    assert read(f"<h1>12 Oak St</h1>{markup}").photo_urls == (
        "https://homes.example/p/7/large/1.jpg",
    )


def test_two_pictures_beside_each_other_are_two_photos(read):
    body = "<h1>12 Oak St</h1><div><img src='/p/front.jpg'><img src='/p/back.jpg'></div>"
    assert len(read(body).photo_urls) == 2


def test_what_is_no_photo_of_the_house(read):
    body = (
        "<header><img src='/img/logo.png'></header><h1>12 Oak St</h1><img src='/p/house.jpg'>"
        "<img src='/img/icon-bed.png'><img src='/p/map-1.png'><img src='/i/x.svg'>"
        "<img src='/p/tiny.jpg' width='24' height='24'>"
        "<div class='agent-card'><img src='/p/jane.jpg'></div>"
        "<img class='avatar' src='/p/joe.jpg'>"
    )
    assert read(body).photo_urls == ("https://homes.example/p/house.jpg",)


def test_a_counting_pixel_is_no_photo_and_a_lazy_one_is(read):
    lazy = "<noscript><img src='/p/front.jpg'></noscript>"
    pixel = "<noscript><img src='https://count.example/p?c1=2&c2=17'></noscript>"
    assert read(f"<h1>12 Oak St</h1><div>{lazy}{pixel}</div>").photo_urls == (
        "https://homes.example/p/front.jpg",
    )


def test_a_sites_own_pictures_count_only_where_there_is_no_other(read):
    own, house = "<img src='/static/energy-class.png'>", "<img src='/p/front.jpg'>"
    assert read(f"<h1>12 Oak St</h1>{house}{own}").photo_urls == (
        "https://homes.example/p/front.jpg",
    )
    assert len(read(f"<h1>12 Oak St</h1>{own}").photo_urls) == 1


def test_photos_that_only_links_of_the_head_name(read):
    links = "".join(f"<link rel='image_src' href='/media.ashx?id={n}'>" for n in range(3))
    assert len(read("<h1>12 Oak St</h1>", head=links).photo_urls) == 3


def test_the_sites_pattern_decides(read):
    body = "<img src='/ph/12/1-w1536.jpg'><img src='/ph/12/1-w320.jpg'><img src='/other/2.jpg'>"
    hints = Hints(photo_pattern=r"/ph/\d+/\d+-w1536\.jpg")
    assert read(body, hints=hints).photo_urls == ("https://homes.example/ph/12/1-w1536.jpg",)


def test_photos_of_json_by_size(read):
    photos = [
        {
            "sizes": [
                {"url": f"https://i.example/{n}aaaaaaaaaaaaaaaa-{w}.jpg", "width": w}
                for w in (192, 1536)
            ]
        }
        for n in range(4)
    ]
    house = {"id": 9912345, "price": 1, "bedrooms": 3, "yearBuilt": 1988, "photos": photos}
    extraction = read(f'<script type="application/json">{json.dumps({"house": house})}</script>')
    assert extraction.photo_urls == tuple(
        f"https://i.example/{n}aaaaaaaaaaaaaaaa-1536.jpg" for n in range(4)
    )


def test_the_head_gives_one_where_the_page_shows_none(read):
    head = '<meta property="og:image" content="https://i.example/p/1.jpg">'
    assert read("<p>x</p>", head=head).photo_urls == ("https://i.example/p/1.jpg",)
