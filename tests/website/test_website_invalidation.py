"""CloudFront forgets what changed, and no more than that while it is little."""

from __future__ import annotations

from scripts.website.invalidation import FEW, merged, paths


def test_each_changed_file_is_named_as_a_browser_asks_for_it() -> None:
    assert paths(["a b/ü+*.txt", "logo.png"]) == ("/a%20b/%C3%BC%2B%2A.txt", "/logo.png")


def test_the_entry_page_is_also_the_root() -> None:
    assert paths(["index.html"]) == ("/", "/index.html")


def test_nothing_changed_invalidates_nothing() -> None:
    assert paths([]) == ()


def test_many_files_of_few_folders_are_their_folders() -> None:
    assert paths([f"img/{number}.png" for number in range(FEW + 1)]) == ("/img/*",)


def test_many_files_at_the_root_are_everything() -> None:
    assert paths(["index.html", *(f"img/{number}.png" for number in range(FEW + 1))]) == ("/*",)


def test_many_folders_are_everything() -> None:
    assert paths([f"{number}/a.png" for number in range(FEW + 1)]) == ("/*",)


def test_what_an_earlier_deploy_could_not_send_is_sent_too() -> None:
    assert merged(("/a",), ("/b", "/a")) == ("/a", "/b")
    assert merged(("/a",), ("/*",)) == ("/*",)
    assert merged(tuple(f"/{number}" for number in range(FEW)), ("/x",)) == ("/*",)
