"""`diceytech diff dev prod`: for people, machines and pages; exits 2 for mistakes where it is asked to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import diceytech, edit, repository


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


@pytest.mark.slow
def test_the_committed_environments_pass_the_guard(copy: Path) -> None:
    done = diceytech("diff", "dev", "prod", "--guard", cwd=copy)
    assert done.returncode == 0, done.stderr
    assert "0 look like a mistake" in done.stdout


@pytest.mark.slow
def test_a_mistake_is_shown_in_each_format_and_refused_by_the_guard_alone(copy: Path) -> None:
    edit(copy / "Pulumi.prod.yaml", "backup_retention_days: 30", "backup_retention_days: 7")
    edit(copy / "Pulumi.dev.yaml", "backup_retention_days: 1", "backup_retention_days: 14")
    words = "production keeps backups for a shorter time than dev"
    for format in ("text", "markdown", "json"):
        done = diceytech("diff", "dev", "prod", "--format", format, cwd=copy)
        assert (done.returncode, words in done.stdout) == (0, True), done.stderr
    assert diceytech("diff", "prod", "dev", "--guard", cwd=copy).returncode == 2


@pytest.mark.slow
def test_machines_get_values_in_the_order_of_the_environments(copy: Path) -> None:
    done = diceytech("diff", "prod", "dev", "--json", cwd=copy)
    found = json.loads(done.stdout)
    assert found["environments"] == ["prod", "dev"]
    values = {one["path"]: one["values"] for one in found["differences"]}
    assert values["database.multi_az"] == [True, False]
    assert "only" not in found


def test_the_page_draws_what_one_side_alone_has_and_loads_nothing(copy: Path) -> None:
    done = diceytech("diff", "dev", "prod", "--format", "html", "--out", "x.html", cwd=copy)
    assert done.returncode == 0, done.stderr
    page = (copy / "x.html").read_text(encoding="utf-8")
    found = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + len("</svg>")])  # noqa: S314 - ours
    links = [one for one in found.iter() if one.tag.endswith("}a")]
    kinds = {one.attrib["class"].split()[1] for one in links}
    assert kinds == {"create", "delete"}
    assert {one.attrib["href"] for one in links} == {"#only"}
    assert 'id="only"' in page
    assert "keys differ: 0 look like a mistake" in page
    assert not re.findall(r"<script|<link|\bsrc=|url\(|@import", page)


@pytest.mark.slow
def test_the_graphs_tell_which_resources_one_side_lacks(copy: Path) -> None:
    done = diceytech("diff", "dev", "prod", "--graph", "--json", cwd=copy)
    only = json.loads(done.stdout)["only"]
    assert {"type": "aws:wafv2/webAcl:WebAcl", "name": "diceytech-prod-website-waf"} in only["prod"]
    assert "server-instance" in {one["name"] for one in only["dev"]}
    assert not {one["type"] for one in only["dev"]} & {"aws:rds/instance:Instance", "aws:ec2/vpc:Vpc"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dev", "dev"], "dev beside itself"),
        (["dev", "qa"], "there is no environment 'qa'"),
        (["dev", "prod", "--out", "x"], "text on the terminal"),
        (["dev", "prod", "--env", "dev"], "name two environments"),
    ],
)
def test_bad_input_is_an_error_in_one_sentence(copy: Path, arguments: list[str], words: str) -> None:
    done = diceytech("diff", *arguments, cwd=copy)
    assert (done.returncode, words in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr
