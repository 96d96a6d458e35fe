"""Rendered files, read by the programs they are for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered_environments import ACME, ROOT, configuration, of, text

from infra import environment_variables, quoting
from infra.config_checks import PLATFORM_VARIABLES
from infra.config_source import ConfigError
from infra.errors import PlatformError
from infra.rendering import FILES, RenderingError, rendered, subject
from infra.templates import TEMPLATES, TemplateError, render_template

EC2_USER_DATA_LIMIT = 16_384
SHELLCHECK = Path(sys.executable).parent / "shellcheck"
EVERY = [(environment, acme) for environment in ("dev", "prod") for acme in (True, False)]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def _variables(file: str) -> dict[str, str]:
    """systemd's reading of an EnvironmentFile whose values are all in double quotes."""
    found = re.finditer(r'^([A-Z_][A-Z0-9_]*)="((?:[^"\\]|\\.)*)"$', file, re.MULTILINE | re.DOTALL)
    return {match[1]: re.sub(r'\\(["\\`$])', r"\1", match[2]) for match in found}


def _is_not_unicode(value: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in value)


def _dotenv(line: str) -> str:
    """A value as dotenv and then dotenv-expand read it."""
    match = re.fullmatch(r"NAME=('(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|`(?:\\`|[^`])*`)", line)
    assert match, line
    inner = match[1][1:-1]
    if match[1][0] == '"':
        inner = inner.replace("\\n", "\n").replace("\\r", "\r")
    assert not re.search(r"(?<!\\)\$", inner), "would be expanded"
    return inner.replace("\\$", "$")


# Templates and their variables


def test_an_unknown_variable_is_one_error_that_names_template_and_variable() -> None:
    with pytest.raises(TemplateError, match=r"templates/env/react.env.j2: the variable 'variables' is undefined"):
        render_template("env/react.env.j2", environment="dev")


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(TemplateError, match=r"templates/nowhere.j2: does not exist"):
        render_template("nowhere.j2")


def test_every_template_that_the_registry_names_exists() -> None:
    assert [file.template for file in FILES.values() if not (TEMPLATES / file.template).is_file()] == []


def test_an_unknown_file_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RenderingError, match=r"no file 'nginx' to render; the files are: .*nginx-site"):
        rendered("nginx", of("dev"))


@pytest.mark.parametrize("name", [name for name, file in FILES.items() if file.needs_outputs])
def test_what_needs_outputs_says_so_before_the_environment_is_up(name: str) -> None:
    with pytest.raises(RenderingError, match="run `diceytech up --env dev`"):
        rendered(name, subject(configuration("dev"), "dev"))


@pytest.mark.parametrize("name", [name for name, file in FILES.items() if not file.needs_outputs])
def test_what_needs_no_outputs_is_the_same_with_them(name: str) -> None:
    assert rendered(name, subject(configuration("dev"), "dev")) == text(name)


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("name", FILES)
def test_nothing_says_diceytech_for_another_product(name: str, environment: str) -> None:
    lines = text(name, environment).replace("`diceytech deploy`", "").splitlines()  # the toolkit's own command
    assert [line for line in lines if "dicey" in line.lower()] == []


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_there_is_no_background_unit_without_its_command(part: str) -> None:
    without = {**ACME["backend"], "worker_command": None, "scheduler_command": None}
    with pytest.raises(RenderingError, match=f"{part}_command is not set"):
        text(f"{part}.service", product={"backend": without})


def test_the_products_own_worker_also_queues_its_periodic_tasks() -> None:
    assert '"manage.py" "procrastinate" "worker"' in rendered("worker.service", of("dev", acme=False))
    with pytest.raises(RenderingError, match="scheduler_command is not set"):
        rendered("scheduler.service", of("dev", acme=False))


def test_a_scheduler_waits_for_its_turn_and_a_worker_does_not() -> None:
    run = "ExecStart=/srv/acme/slots/%i/venv/bin/python"
    assert f'{run} ../leader.py "manage.py" "tick"' in text("scheduler.service")
    assert run in text("worker.service")
    assert "leader.py" not in text("worker.service")


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_a_background_unit_is_tried_for_as_long_as_an_outage_lasts(part: str) -> None:
    unit = text(f"{part}.service")
    assert "\nStartLimitIntervalSec=0\n" in unit.partition("[Service]")[0]
    assert "\nRestart=always\n" in unit


# Values stay values


@given(st.text())
def test_an_environment_file_gives_back_any_value_or_refuses_it(value: str) -> None:
    try:
        line = f"NAME={quoting.environment_file(value)}"
    except quoting.QuotingError:
        assert quoting.NOT_IN_ENVIRONMENT.search(value) or _is_not_unicode(value)
    else:
        assert _variables(line) == {"NAME": value}


@settings(max_examples=25)
@given(st.lists(st.text("a \"'`$\\%\n\t#;!{}é"), min_size=5, max_size=20))
def test_a_shell_reads_an_environment_file_as_systemd_does(values: list[str]) -> None:
    lines = [f"V{i}={quoting.environment_file(value)}\n" for i, value in enumerate(values)]
    show = "".join(f'printf "%s\\0" "$V{i}"\n' for i in range(len(values)))
    run = subprocess.run([_program("bash"), "-c", "".join(lines) + show], capture_output=True, check=True, text=True)
    assert run.stdout.split("\0")[:-1] == values


@settings(max_examples=25)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=5, max_size=20))
def test_a_shell_word_is_one_word(values: list[str]) -> None:
    command = "printf '%s\\0' " + " ".join(quoting.shell(value) for value in values)
    run = subprocess.run([_program("bash"), "-c", command], capture_output=True, check=True)
    assert run.stdout.decode().split("\0")[:-1] == values


@given(st.text("ab \"'`$\\n{}#="))
def test_a_dotenv_file_gives_back_any_value_or_refuses_it(value: str) -> None:
    try:
        line = f"NAME={quoting.dotenv(value)}"
    except quoting.QuotingError:
        assert value.endswith("\\") or {"'", "`"} <= set(value)
    else:
        assert _dotenv(line) == value


@given(st.text())
def test_json_and_javascript_give_back_any_value(value: str) -> None:
    assert json.loads(quoting.json_text({value: value})) == {value: value}
    script = quoting.javascript(value)
    assert "</" not in script
    assert json.loads(script.replace("<\\/", "</")) == value


@given(st.text("ab \"'$\\;{}\n"))
def test_an_nginx_parameter_is_one_word_or_refused(value: str) -> None:
    try:
        word = quoting.nginx(value)
    except quoting.QuotingError:
        assert "$" in value or "\n" in value
    else:
        assert re.fullmatch(r'"(?:[^"\\]|\\["\\])*"', word)
        assert re.sub(r'\\(["\\])', r"\1", word[1:-1]) == value


@pytest.mark.parametrize("quote", [quoting.unit, quoting.command, quoting.comment, quoting.nginx, quoting.dotenv])
def test_a_newline_cannot_start_a_new_line_in_a_file_of_lines(quote: Callable[[object], str]) -> None:
    with pytest.raises(quoting.QuotingError, match=r"U\+000A"):
        quote("a\nExecStart=/bin/sh")


def test_specifiers_of_systemd_are_plain_text() -> None:
    assert quoting.unit("100% \\") == "100%% \\\\"
    assert quoting.command('run "$HOME" %n') == '"run" "\\"$$HOME\\"" "%%n"'


# Environments of Django and React


def test_django_gets_its_own_variables_unchanged() -> None:
    value = "a \"b\" 'c' `d` $HOME ${X} \\ % # ; é"
    assert _variables(text("django.env", django={"variables": {"GREETING": value}}))["GREETING"] == value


def test_a_control_character_in_a_variable_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigError, match=r"django\.variables\.BELL: holds U\+0007") as caught:
        text("django.env", django={"variables": {"BELL": "hidden\x07"}})
    assert "hidden" not in str(caught.value)


def test_the_configuration_knows_which_variables_the_platform_sets() -> None:
    config, names, outputs = of("dev").config, of("dev").names, of("dev").outputs
    own = environment_variables.django(config, names, outputs).keys() - config.django.variables.keys()
    assert own == PLATFORM_VARIABLES


def test_django_variables_are_the_platform_guides() -> None:
    found = _variables(text("django.env", "prod"))
    assert found["DEBUG"] == "False"
    assert found["AWS_STORAGE_BUCKET_NAME"] == "acme-prod-media"
    assert found["AWS_S3_REGION_NAME"] == "us-east-1"
    assert found["ALLOWED_HOSTS"] == "www.example.com,d111111abcdef8.cloudfront.net"
    assert found["CORS_ALLOWED_ORIGINS"] == "https://www.example.com"
    assert found["CSRF_TRUSTED_ORIGINS"] == "https://www.example.com,https://d111111abcdef8.cloudfront.net"
    assert found["DATABASE_SECRET_ARN"].startswith("arn:aws:secretsmanager:")
    assert (found["JWT_ACCESS_TOKEN_MINUTES"], found["JWT_REFRESH_TOKEN_DAYS"]) == ("60", "7")


def test_secrets_are_in_djangos_environment_by_name_only() -> None:
    file = text("django.env", secrets={"django": ["SECRET_KEY", "MAIL_PASSWORD"]})
    assert "#   MAIL_PASSWORD <- /acme/dev/secrets/MAIL_PASSWORD" in file
    assert _variables(file).keys().isdisjoint({"SECRET_KEY", "MAIL_PASSWORD", "ORIGIN_SECRET"})


def test_a_variable_of_the_platform_cannot_be_replaced_by_a_free_one() -> None:
    with pytest.raises(PlatformError, match=r"django\.variables\.DEBUG: DEBUG is set by the platform"):
        text("django.env", "prod", django={"variables": {"DEBUG": "True"}})


def test_react_gets_the_platform_guides_variables_and_its_own() -> None:
    file = text("react.env", "prod", website={"variables": {"REACT_APP_TITLE": "it's $5"}})
    assert file.splitlines()[1:] == [
        "REACT_APP_API_URL='https://www.example.com/api'",
        "REACT_APP_AWS_S3_BUCKET='acme-prod-media'",
        "REACT_APP_AWS_REGION='us-east-1'",
        "REACT_APP_TITLE=`it's \\$5`",
    ]


def test_the_website_reads_where_its_api_and_files_are() -> None:
    found = json.loads(text("config.json", "prod"))
    assert found["apiUrl"] == "https://www.example.com/api"
    assert found["mediaUrl"] == "https://www.example.com/media"
    assert (found["environment"], found["bucket"], found["release"]) == ("prod", "acme-prod-media", None)


# User data


@pytest.mark.parametrize("image", ["debian-13", "ubuntu-24.04"])
@pytest.mark.parametrize(("environment", "acme"), EVERY)
def test_user_data_is_sound_shell(environment: str, acme: bool, image: str, tmp_path: Path) -> None:
    config = configuration(environment, acme=acme)
    changed = config.server.image.model_copy(update={"os": image})
    server = config.server.model_copy(update={"image": changed})
    script = tmp_path / "user-data"
    script.write_text(rendered("user-data", subject(config.model_copy(update={"server": server}), environment)))
    subprocess.run([_program("bash"), "-n", script], check=True)
    if not SHELLCHECK.is_file():
        pytest.skip("shellcheck is not installed here; it is in the development requirements")
    run = subprocess.run([SHELLCHECK, script], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize(("environment", "acme"), EVERY)
def test_user_data_leaves_room_in_ec2s_limit(environment: str, acme: bool) -> None:
    assert len(rendered("user-data", of(environment, acme=acme)).encode()) < EC2_USER_DATA_LIMIT * 0.45


def test_user_data_holds_no_value_of_a_secret_and_no_release() -> None:
    script = text("user-data", "prod")
    assert "cloudfront.net" not in script
    assert "www.example.com" not in script
    assert '"origin_secret": "/acme/prod/secrets/ORIGIN_SECRET"' in script


def test_the_embedded_program_is_python_and_is_where_the_document_runs_it() -> None:
    script = text("user-data")
    found = re.search(r"^cat >(\S+/release) <<'END'\n(.*?)^END$", script, re.MULTILINE | re.DOTALL)
    assert found
    compile(found[2], "release", "exec")
    assert f"exec {found[1]} " in json.loads(text("release-document"))["mainSteps"][0]["inputs"]["runCommand"][0]


def test_a_machine_is_no_target_before_its_release_is_installed_or_was_not(tmp_path: Path) -> None:
    script = text("user-data")
    marked, served = script.index('|| touch "$booting"'), script.index("reload-or-restart nginx")
    assert marked < served < script.index('install "$release"')
    [lines] = re.findall(r"^booting=.*\n^trap .*\n^\[ -L .*\n", script, re.MULTILINE)
    here = lines.replace("/run/", f"{tmp_path}/").replace("/srv/acme/", f"{tmp_path}/")
    look = f"{here}\nls {tmp_path}"
    for live, found in ((False, "acme-booting\n"), (True, "live.sock\n")):  # again where a release is live: no pause
        if live:
            (tmp_path / "live.sock").symlink_to("nowhere")
        assert subprocess.run(["bash", "-e", "-c", look], capture_output=True, text=True, check=True).stdout == found
        assert not (tmp_path / "acme-booting").exists()


def test_user_data_that_runs_again_ends_no_request() -> None:
    script = text("user-data")
    assert "systemctl restart" not in script
    assert "systemctl reload-or-restart nginx" in script


def test_the_agent_sends_each_part_to_its_own_log_group() -> None:
    logs = json.loads(text("cloudwatch-agent"))["logs"]["logs_collected"]
    assert [
        (item["file_path"], item["log_group_name"], item["log_stream_name"]) for item in logs["files"]["collect_list"]
    ] == [
        ("/var/log/nginx/acme.access.json", "acme-dev-nginx", "{instance_id}"),
    ]
    journal = logs["journald"]["collect_list"]
    assert {item["units"][0]: item["log_group_name"] for item in journal if "units" in item} == {
        "acme-web@blue.service": "acme-dev-backend",
        "acme-migrate@blue.service": "acme-dev-backend",
        "acme-worker@blue.service": "acme-dev-worker",
        "acme-scheduler@blue.service": "acme-dev-worker",
    }
    assert [item["matches"] for item in journal if "matches" in item] == [[{"SYSLOG_IDENTIFIER": "acme-boot"}]]


# systemd


@pytest.mark.parametrize("part", ["web", "worker", "scheduler"])
def test_systemd_accepts_the_unit(part: str, tmp_path: Path) -> None:
    analyze = _program("systemd-analyze")
    unit = tmp_path / f"acme-{part}@.service"
    unit.write_text(text(f"{part}.service"))
    run = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True)
    program = "gunicorn" if part == "web" else "python"
    absent = rf"Command /srv/acme/slots/\S+/venv/bin/{program} is not executable: No such file or directory"
    assert [line for line in run.stderr.splitlines() if not re.search(absent, line)] == []


@pytest.mark.parametrize("part", ["web", "worker", "scheduler"])
def test_the_unit_is_hardened(part: str, tmp_path: Path) -> None:
    analyze = _program("systemd-analyze")
    unit = tmp_path / f"acme-{part}@.service"
    unit.write_text(text(f"{part}.service"))
    run = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", unit], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def test_workers_that_are_renewed_are_so_at_different_times() -> None:
    found = re.search(r"--max-requests (\d+) --max-requests-jitter (\d+) ", text("web.service"))
    assert found is not None
    assert int(found[2]) >= int(found[1])


def test_gunicorn_is_as_large_as_the_configuration_says() -> None:
    unit = text("web.service", server={"gunicorn_workers": 7, "gunicorn_threads": 3})
    assert "--workers 7 " in unit
    assert "--threads 3 " in unit
    assert "--bind unix:/run/acme-%i/web.sock" in unit


# The command


def test_a_file_that_needs_no_outputs_is_rendered_without_aws() -> None:
    from scripts.render import render

    assert render("web.service", "dev", ROOT, None).startswith("# Installed as ")
