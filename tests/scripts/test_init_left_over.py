"""After `init` with the name alone, what still names the old product is said with the option that changes it."""

from __future__ import annotations

from pathlib import Path

from scripts.config.init import NewProduct, left_over, plan

ROOT = Path(__file__).parent.parent.parent


def test_what_still_names_the_old_product_is_listed_with_its_option() -> None:
    text = plan(ROOT, NewProduct(name="acme"))
    lines = left_over(ROOT, text, name="acme")
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["--backend", "--wsgi", "--settings", "--website"]


def test_nothing_is_listed_when_everything_was_given() -> None:
    moved = NewProduct(name="acme", backend_path="b", wsgi="acme.wsgi", settings="acme.settings", website_path="w")
    assert left_over(ROOT, plan(ROOT, moved), name="acme") == []
