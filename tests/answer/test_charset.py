"""Right letters, whatever header and page say of the charset; or a plain no."""

import pytest
from scrapy.http import HtmlResponse

from scraper.page import charset_of, text_of

PRICE = "Schöne Wohnung für 350.000 € in München, größter Garten, Südterrasse"
FRENCH = "Très belle maison rénovée à vendre près du métro, 75 m², 450 000 €"
RUSSIAN = "Квартира в центре Москвы, цена 12 500 000 рублей"
POLISH = "Mieszkanie na sprzedaż w Łodzi, powierzchnia użytkowa, piękne ogródki"
JAPANESE = "東京都渋谷区の一戸建て、価格は五千万円"
LIES = ["utf-8", "iso-8859-1", "windows-1252", "shift_jis", "koi8-r", "utf-16", "nonsense"]


def html(text: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}</head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("text", [PRICE, FRENCH, RUSSIAN, POLISH, JAPANESE])
def test_utf8_under_any_name(text: str, lie: str) -> None:
    for page in (html(text), html(text, lie)):
        assert text_of(page.encode(), f"text/html; charset={lie}") == page


@pytest.mark.parametrize("lie", ["iso-8859-1", "windows-1252", "koi8-r"])
@pytest.mark.parametrize("text", [PRICE, RUSSIAN])
def test_stock_scrapy_believes_the_header(text: str, lie: str) -> None:
    """Negative control: the same bytes under the same name, read by Scrapy's own response."""
    headers = {"Content-Type": f"text/html; charset={lie}"}
    response = HtmlResponse("http://a.example", headers=headers, body=html(text).encode())
    assert response.text != html(text)
    assert text not in response.text


@pytest.mark.parametrize("text", [PRICE, FRENCH])
@pytest.mark.parametrize("header", ["text/html; charset=utf-8", "text/html", None])
def test_western_text_under_no_name_or_a_wrong_one(text: str, header: str | None) -> None:
    assert text_of(html(text).encode("cp1252"), header) == html(text)


@pytest.mark.parametrize(
    ("text", "charset"),
    [(RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (POLISH, "iso-8859-2"), (JAPANESE, "euc-jp")],
)
def test_other_charsets(text: str, charset: str) -> None:
    body, said = html(text).encode(charset), html(text, charset).encode(charset)
    assert text_of(body, f"text/html; charset={charset}") == html(text)
    assert text_of(said, "text/html") == html(text, charset)
    assert text_of(said, "text/html; charset=utf-8") == html(text, charset)
    assert charset_of(body, "text/html") is None
    assert charset_of(body, "text/html; charset=utf-8") is None
    assert charset_of(body, "text/html; charset=iso-8859-1") is None


TURKISH = "Ankara'da satılık daire, Şişli İstanbul, güneş gören çatı katı, ağaçlı bahçe"
ICELANDIC = "Íbúð til sölu í Reykjavík, það er stór garður með útsýni, þvottahús og bílskúr"


@pytest.mark.parametrize("header", ["iso-8859-1", "windows-1252", "utf-8"])
@pytest.mark.parametrize(("text", "codec"), [(TURKISH, "cp1254"), (ICELANDIC, "cp1252")])
def test_letters_that_share_their_bytes(text: str, codec: str, header: str) -> None:
    body = html(text).encode(codec)
    assert text_of(body, f"text/html; charset={header}") == html(text)
    wrong = {"cp1254": "cp1252", "cp1252": "cp1254"}[codec]
    assert body.decode(wrong) != html(text), "the control: the bytes do mean something else there"


def test_marks_wide_and_shifting_charsets() -> None:
    for charset in ("utf-16", "utf-8-sig"):
        assert text_of(html(JAPANESE).encode(charset), "text/html") == html(JAPANESE)
    wide = html(RUSSIAN).encode("utf-16-le")
    assert text_of(wide, "text/html; charset=utf-16le") == html(RUSSIAN)
    shifting = html(JAPANESE).encode("iso-2022-jp")
    assert text_of(shifting, "text/html; charset=utf-8") == html(JAPANESE)


def test_parts_in_another_charset() -> None:
    body = html(PRICE * 3).encode() + "<p>Küche für 5 €</p>".encode("cp1252")
    assert text_of(body, "text/html; charset=utf-8").endswith("<p>Küche für 5 €</p>")
    assert "\ufffd" in body.decode("utf-8", "replace")
    assert "Schöne" in text_of(body, "text/html; charset=iso-8859-1")


def test_anything_gives_some_text() -> None:
    for body in (b"", b"\xff", bytes(range(256)), b"\x81\x8d" * 9):
        assert isinstance(text_of(body, "text/html; charset=utf-8"), str)
