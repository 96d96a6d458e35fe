"""docs/changes.md: three changes of the real YAML in every format, the rules, and what can be written to allow one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from changes.acknowledgements import FILE, FORM
from changes.judge import GRAVEST_FIRST, RULES
from changes.meanings import DEPLOY_ROLE, MEANINGS, ROLE, Meaning
from drawing.names import friendly
from infra.errors import PlatformError
from reports.as_html import picture
from reports.as_json import as_json
from reports.as_markdown import markdown
from reports.examples import ENVIRONMENT, EXAMPLES, ORIGIN, Example, diff, verdict
from reports.report import text
from reports.schema_docs import SCHEMA

ROOT = Path(__file__).parent.parent
WIDTH: Final = 110  # of the terminal that is shown
FIRST_SCREEN: Final = 13  # lines of the refused change in the README
BLOCK: Final = re.compile(r"(?s)(<!-- What follows is made by `make docs`\. -->\n).*?(\n<!-- That was it\. -->)")

INTRODUCTION: Final = f"""# What a change would do

Made by `make docs`; do not edit by hand. Each of the three changes is an edit of `Pulumi.prod.yaml`, shown with it.
What was run: the program was planned with the file as it is and as it was edited, in one process and with no AWS, by
the functions that `diceytech diff` calls; the guard and the renderers are the command's own, and a test holds the
refused one against the output of the command itself, on two commits. `{ORIGIN}` stands for such commits
here. The tables are from `changes/`.

A change is read from the engine (`diceytech preview`), or found by comparing the plans of two git refs or of two
environments, with no account (`diceytech diff`). Stacks of the account project are judged like environments, and are
called `account main` in every report, so that nobody takes one for the other. It is the same report: the gravest first,
in plain words, with the properties that bring it about, what depends on the resource, and what to do instead. What
means nothing (a policy written anew, tags that nothing looks at) is folded, with the reason.

The guard waits for somebody's word where data would be lost, something would be opened to the world, or the type of
the resource is not known. Without `--guard` the report only says so.

| exit code | when |
|---|---|
| 0 | there is nothing to wait for; without `--guard` also where there is |
| 1 | a bad option or file, a git ref that is not there, an acknowledgement that fits nothing in the change |
| 2 | with `--guard`, and always in `diceytech up`: something is refused, or an acknowledgement has expired |
| 75 | the state is locked by another run |

`--format text|json|markdown|html` and `--out FILE` say how and where it is told. In every format secrets are masked:
what Pulumi marks as one, and what its name, its type or its form gives away (`password`, `secretString`, a private
key, a password in an address). Characters that steer a terminal or that nobody sees become `?`.
"""

PAGE: Final = """The page itself, by `make screenshots`; it is one file, which loads nothing and runs nothing:

![The page at a desk](screenshots/desktop-change.png)

<img src="screenshots/phone-change-dark.png" width="240" alt="The same page on a phone, dark">
"""

ACKNOWLEDGING: Final = f"""## To allow what is refused

For one command: `--acknowledge {FORM}`, as the report spells it. For everybody, in `{FILE}` at the root of the
repository, in review like any other file:

```yaml
- environment: prod
  resource: database-instance        # the resource's name, or its URN where two have one name
  rule: deletion-protection-off      # the rule's id, as the report names it
  reason: replaced by the restored copy of 1 December; nothing writes to it any more
  until: 2026-12-08                  # the last day on which it counts
```

All five keys are required, and no others are allowed. For the account project write `account: main` in the place of
`environment: prod`: an environment of the same name is another stack, and neither word is looked at for the other. It
counts for that rule of that resource in that stack, whatever the property's value, until the end of the day. One whose
day is over is refused (exit 2). One that fits nothing in the change is an error (exit 1) where it is new: written in
this change, not committed yet, or on the command line. One that was there before, in the base of `diff` or in the
commit that `preview` and `up` run from, is left over from a change that is merged: a warning names its line, which the
next pull request takes out, and nobody is stopped until its day is over. One on the command line of an `up` that has
nothing left to do, as after one that was killed, is warned of too. A word that fits nothing lets nothing pass.
"""


def docs() -> str:
    """docs/changes.md."""
    examples = (part for one in EXAMPLES for part in _example(one))
    return "\n".join([INTRODUCTION, *examples, ACKNOWLEDGING, SCHEMA, *rules(), *roles()]) + "\n"


def drawn(name: str) -> str:
    """The picture of an example, as the HTML page has it."""
    return picture(verdict(name), heading=f"{ENVIRONMENT}, the {name} change")


def readme() -> str:
    """README.md with the refused change's beginning in its place; raises PlatformError where that place is gone."""
    found = (ROOT / "README.md").read_text(encoding="utf-8")
    if not BLOCK.search(found):
        raise PlatformError("README.md: the comments around the refused change are not there; put them back")
    lines = text([verdict("refused")], guard=True, width=WIDTH).splitlines()[:FIRST_SCREEN]
    shown = "\n".join(f"    {line}".rstrip() for line in ("$ diceytech diff --base origin/main --guard", *lines, "…"))
    return BLOCK.sub(lambda place: f"{place[1]}\n{shown}\n{place[2]}", found)


def _example(example: Example) -> Iterator[str]:
    found = verdict(example.name)
    yield f"## A {example.name} change\n\n{example.about}\n\n```diff\n{diff(example)}```\n"
    yield f"### In the terminal\n\n```text\n{text([found], guard=True, width=WIDTH).rstrip()}\n```\n"
    yield f"### In a pull request\n\n````markdown\n{markdown([found]).rstrip()}\n````\n"
    yield "### As JSON\n\nThe head, and the first judgement:\n"
    yield f"```json\n{json.dumps(_excerpt(as_json([found])), indent=2, ensure_ascii=False)}\n```\n"
    yield "### The drawing of the HTML page\n"
    yield f"![{example.about}](changes-{example.name}.svg)\n"
    if example.name == "refused":
        yield PAGE


def _excerpt(held: dict[str, object]) -> dict[str, object]:
    environment = dict(held["environments"][0])  # type: ignore[index] # as_json says what is in it
    judgements = environment.pop("judgements")
    kept = {key: value for key, value in environment.items() if key not in ("steps", "folded", "expired", "unused")}
    return {**held, "environments": [{**kept, "judgements": judgements[:1]}]}


def rules() -> Iterator[str]:
    """The part about the rules, line by line."""
    yield "## The rules\n"
    yield "By what changes in a resource. A rule that waits is refused until it is acknowledged.\n"
    yield "| rule | risk | what it finds | waits | instead, or first |\n|---|---|---|---|---|"
    for rule in sorted(RULES, key=lambda one: (GRAVEST_FIRST.index(one.risk), not one.guarded, one.id)):
        waits = "yes" if rule.guarded else ""
        yield f"| `{rule.id}` | {rule.risk} | {rule.title} | {waits} | {rule.remedy} |"
    yield "| `cost-changed` | cost | What the resource costs in a month, by the price sheet |  |  |"
    yield "| `unknown-type-…` | unknown | Any change of a type that nobody has described | yes | describe its type |"


def roles() -> Iterator[str]:
    """The part about the types, line by line."""
    yield "\n## What each type is to the product\n"
    yield (
        "By what happens to the resource as a whole. The rule is the word with `-created`, `-changed`, `-replaced`,\n"
        "`-deleted`, `-imported` or `-forgotten`. Where data is lost, `-replaced`, `-deleted` and `-forgotten` wait.\n"
    )
    yield "| type | rule | role | when it goes | risk of that | waits | risk of a change |"
    yield "|---|---|---|---|---|---|---|"
    known = [*MEANINGS.items(), (ROLE, DEPLOY_ROLE)]
    for type_, one in sorted(known, key=lambda pair: (not pair[1].lost, pair[1].word, pair[0])):
        risk = "data loss" if one.lost else one.gone
        gone = one.lost or one.away
        name = friendly(type_) if one is not DEPLOY_ROLE else f"{friendly(type_)}, of the account project"
        yield f"| {name} | `{one.word}-…` | {one.role} | {gone} | {risk} | {_waits(one)} | {one.updated} |"


def _waits(one: Meaning) -> str:
    if one.lost or one.gone == "unknown":
        return "yes"
    return "deleted" if one.guards_access else ""
