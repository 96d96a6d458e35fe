"""`diceytech init` puts another product in place and touches nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import ROOT, diceytech, edit, repository

from infra.config_source import ConfigError, load
from scripts.config.init import NewProduct, plan

BEFORE = (ROOT / "Pulumi.yaml").read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return repository(tmp_path / "copy")


def values(text: str) -> str:
    """The YAML without its comments."""
    return re.sub(r"\s*#.*", "", text)


def test_another_product_is_valid_and_named_everywhere(copy: Path) -> None:
    arguments = ["--product", "acme", "--backend", "apps/api", "--website", "apps/web", "--build-output", "dist"]
    done = diceytech("init", *arguments, "--health-path", "/up", cwd=copy)
    assert done.returncode == 0
    assert diceytech("config", "check", cwd=copy).returncode == 0
    assert "diceytech" not in values((copy / "Pulumi.yaml").read_text(encoding="utf-8"))
    product = load(copy, "dev").product
    assert (product.name, product.backend.path, product.website.path) == ("acme", "apps/api", "apps/web")
    assert (product.backend.wsgi, product.backend.settings) == ("acme.wsgi", "acme.settings")
    assert (product.website.build_output, product.health_path) == ("dist", "/up")


def test_only_the_line_that_was_asked_for_changes(copy: Path) -> None:
    after = plan(copy, NewProduct(name="acme")).splitlines()
    changed = [(old, new) for old, new in zip(BEFORE.splitlines(), after, strict=True) if old != new]
    assert changed == [
        (
            "      name: diceytech                         # first part of every physical name",
            "      name: acme                              # first part of every physical name",
        )
    ]


def test_the_modules_of_a_new_backend_are_those_of_its_manage_py(copy: Path) -> None:
    manage = copy / "api" / "manage.py"
    manage.parent.mkdir()
    manage.write_text('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")\n')
    (copy / "Pulumi.yaml").write_text(plan(copy, NewProduct(name="acme", backend_path="api")), encoding="utf-8")
    backend = load(copy, "dev").product.backend
    assert (backend.settings, backend.wsgi) == ("shop.settings.production", "shop.wsgi")


def test_modules_that_are_given_are_taken(copy: Path) -> None:
    wanted = NewProduct(name="acme", backend_path="api", wsgi="a.wsgi", settings="b.settings")
    (copy / "Pulumi.yaml").write_text(plan(copy, wanted), encoding="utf-8")
    backend = load(copy, "dev").product.backend
    assert (backend.wsgi, backend.settings) == ("a.wsgi", "b.settings")


@pytest.mark.parametrize("name", ["Acme Inc", "a", "acme_shop", "-acme", "a" * 21, "acme\n", ""])
def test_a_bad_name_is_one_error_and_the_file_is_untouched(copy: Path, name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan(copy, NewProduct(name=name, backend_path="api"))
    assert [problem.path for problem in refused.value.problems] == ["product.name"]
    assert (copy / "Pulumi.yaml").read_text(encoding="utf-8") == BEFORE


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (NewProduct(name="acme", backend_path="../elsewhere"), "product.backend.path"),
        (NewProduct(name="acme", website_path="web/../../x"), "product.website.path"),
        (NewProduct(name="acme", health_path="no-slash"), "product.health_path"),
        (NewProduct(name="acme", wsgi="not a module"), "product.backend.wsgi"),
    ],
)
def test_what_would_not_be_valid_is_refused(copy: Path, wanted: NewProduct, path: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan(copy, wanted)
    assert [problem.path for problem in refused.value.problems] == [path]


def test_the_command_says_what_is_wrong_and_writes_nothing(copy: Path) -> None:
    done = diceytech("init", "--product", "Acme Inc", cwd=copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert "product.name: 'Acme Inc' is not allowed" in done.stderr
    assert (copy / "Pulumi.yaml").read_text(encoding="utf-8") == BEFORE


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  product:\n", "  other:\n", "config.product.default: is missing"),
        ("      backend:\n", "      backend: text\n      rest:\n", "product"),
        ("config:\n", "config: [\n", "is not YAML"),
    ],
)
def test_a_broken_file_is_one_message(copy: Path, old: str, new: str, message: str) -> None:
    edit(copy / "Pulumi.yaml", old, new)
    with pytest.raises(ConfigError, match=message):
        plan(copy, NewProduct(name="acme"))
