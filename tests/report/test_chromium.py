"""The report in a real Chromium without a network: silent, quiet, and fitting its window."""

from __future__ import annotations

import shutil

import pytest
from playwright.async_api import async_playwright

from scraper.report.build import build

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
pytestmark = pytest.mark.asyncio


@pytest.fixture
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
def written(tables, tmp_path):
    def write(count, spoil=lambda text: text, **more):
        made = tables(count)
        path = tmp_path / "report.html"
        more = {"compared": made.houses.iloc[: count // 2], **more}
        text = build(made.houses, made.photos, made.visits, title="Made-up houses", **more)
        path.write_text(spoil(text), "utf-8")
        return path.as_uri()

    return write


async def visit(browser, address, *, width=1280, scheme="light"):
    """The open page, what it asked for beyond itself, and what it complained of."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page = await context.new_page()
    asked, complaints = [], []
    page.on("request", lambda r: asked.append(r.url) if not r.url.startswith("data:") else None)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address, wait_until="load")
    asked.remove(address)
    return page, asked, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("count", [240, 0])
async def test_it_opens_offline_and_fits(chromium, written, scheme, width, count):
    page, asked, complaints = await visit(chromium, written(count), width=width, scheme=scheme)
    assert asked == []
    assert complaints == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate("document.body.scrollWidth") <= width
    overflowing = await page.evaluate(
        """[...document.querySelectorAll("main *, header *, footer *")]
           .filter(e => !e.closest("svg") && e.getBoundingClientRect().right > innerWidth + 1)
           .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert overflowing == []


async def test_the_checks_above_see_a_page_that_is_not_right(chromium, written):
    def spoil(text):
        wide = '<p style="width:900px">wide</p><img src="http://127.0.0.1:9/x.jpg">'
        return text.replace("</main>", f"{wide}<script>1</script></main>")

    page, _, complaints = await visit(chromium, written(3, spoil), width=390)
    assert any("Content Security Policy" in complaint for complaint in complaints)
    assert await page.evaluate("document.querySelector('main p[style]').scrollWidth") == 900
    assert await page.evaluate("document.body.scrollWidth") > 390


async def test_every_photo_is_decoded(chromium, written):
    page, _, _ = await visit(chromium, written(120))
    widths = await page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(widths) > 24
    assert set(widths) == {320}


async def test_light_and_dark_differ_and_both_can_be_read(chromium, written):
    colours = {}
    for scheme in ("light", "dark"):
        page, _, _ = await visit(chromium, written(3), scheme=scheme)
        colours[scheme] = await page.evaluate(
            """["backgroundColor", "color"].map(name => getComputedStyle(document.body)[name]
               .match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3)"""
        )
    assert colours["light"][0] - colours["light"][1] > 150
    assert colours["dark"][1] - colours["dark"][0] > 150


async def test_pointing_at_a_bar_tells_its_figures(chromium, written):
    page, _, _ = await visit(chromium, written(120))
    bar = page.locator(".bars li").first
    assert await page.locator("#tip").is_hidden()
    await bar.hover()
    assert await page.locator("#tip").inner_text() == await bar.get_attribute("data-tip")


async def test_a_scripted_description_runs_nowhere(chromium, tables, tmp_path):
    made = tables(3)
    made.houses["description"] = "<script>window.stolen = 1</script><img src=x onerror=stolen=1>"
    path = tmp_path / "report.html"
    path.write_text(build(made.houses, made.photos, made.visits, title="x"), "utf-8")
    page, asked, complaints = await visit(chromium, path.as_uri())
    assert await page.evaluate("window.stolen") is None
    assert asked == complaints == []
    assert "<script>" in await page.locator("details p").first.text_content()
