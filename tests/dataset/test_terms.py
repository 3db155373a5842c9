"""Terms of use in a place."""

from __future__ import annotations

import pytest

from scraper.dataset.terms import read_terms, write_terms
from scraper.place.place import Place


def test_what_a_site_file_says_is_kept_until_it_says_otherwise(
    folder: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_terms(folder, "b", {})
    assert read_terms(folder) == {}
    write_terms(folder, "a.b", {"licence": "CC0-1.0"})
    write_terms(folder, "b", {"url": "https://b.example/terms"})
    folder.write("terms/c.json", b"{broken")
    said = {"a.b": {"licence": "CC0-1.0"}, "b": {"url": "https://b.example/terms"}}
    assert read_terms(folder) == said
    with monkeypatch.context() as patch:
        patch.setattr(folder, "write", None)
        write_terms(folder, "b", said["b"])
    write_terms(folder, "b", {})
    assert read_terms(folder) == {"a.b": {"licence": "CC0-1.0"}}
