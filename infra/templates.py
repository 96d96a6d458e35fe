"""Rendering of the files under templates/: Jinja2, where a variable that does not exist is an error.

Nothing is escaped by itself, as each format has its own rules: every value goes through the filter of its format
(infra/quoting.py), which quotes it or refuses what the format cannot hold.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, UndefinedError

from infra import quoting
from infra.errors import PlatformError

TEMPLATES = Path(__file__).parent.parent / "templates"
FILTERS = {
    "shell": quoting.shell,
    "env": quoting.environment_file,
    "dotenv": quoting.dotenv,
    "nginx": quoting.nginx,
    "unit": quoting.unit,
    "command": quoting.command,
    "json": quoting.json_text,
    "js": quoting.javascript,
    "comment": quoting.comment,
}


class TemplateError(PlatformError):
    """A template cannot be rendered; the message names it and what is wrong."""


def render_template(template: str, /, **variables: object) -> str:
    """The text of `templates/<template>` with these variables.

    Templates under ssm/ write variables as `[[ name ]]`, because `{{ }}` is the document's own. Raises TemplateError
    for a template or variable that does not exist, and for a value that its format cannot hold.
    """
    file = f"templates/{template}"
    try:
        return _environment(ssm=template.startswith("ssm/")).get_template(template).render(variables)
    except UndefinedError as error:
        known = ", ".join(sorted(variables)) or "none"
        raise TemplateError(f"{file}: the variable {error.message}; the variables are: {known}") from None
    except TemplateNotFound as error:
        raise TemplateError(f"templates/{error.name}: does not exist; `diceytech render --list` lists them") from None
    except TemplateSyntaxError as error:
        raise TemplateError(f"templates/{error.name}, line {error.lineno}: {error.message}") from None
    except quoting.QuotingError as error:
        raise TemplateError(f"{file}: {error}") from None


@cache
def _environment(*, ssm: bool) -> Environment:
    left, right = ("[", "]") if ssm else ("{", "}")
    environment = Environment(  # noqa: S701 - no HTML: each value goes through the filter of its format
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        variable_start_string=left * 2,
        variable_end_string=right * 2,
        block_start_string=f"{left}%",
        block_end_string=f"%{right}",
        comment_start_string=f"{left}#",
        comment_end_string=f"#{right}",
    )
    environment.filters.update(FILTERS)
    return environment
