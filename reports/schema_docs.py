"""The part of docs/changes.md about the JSON form."""

from __future__ import annotations

from typing import Final

from changes.change import DONE
from changes.judge import GRAVEST_FIRST
from reports.as_json import SCHEMA as NUMBER

SCHEMA: Final = f"""## The JSON form

`schema` is {NUMBER}. It is raised when a key goes or means something else; new keys may come at any time.

| key | what it is |
|---|---|
| `schema` | number of this form |
| `allowed` | whether the guard lets every change pass |
| `environments` | one for each environment, then one for each stack of the account project |
| `cost` | with `--cost`: what `diceytech cost --base REF --json` gives; one that cannot be priced has `error` |

Each of these:

| key | what it is |
|---|---|
| `environment`, `account` | the environment's name, or that of the account project's stack; the other is null |
| `origin` | where the change was learnt |
| `whole` | whether all of its resources were known, or only those that change |
| `outside` | whether it was done already, outside of Pulumi, as `diceytech drift` finds: then nothing is refused |
| `warnings` | texts that a reader must know |
| `allowed` | whether the guard lets it pass |
| `summary` | number of steps in `operations`, of judgements in `risks`; `refused`, `acknowledged`, `folded` |
| `judgements` | what it risks, the gravest first |
| `steps` | every step, in the order of the URNs, with all its `changes` |
| `folded` | what means nothing: the resource, `reason`, and `paths` of the properties |
| `expired`, `unused` | acknowledgements of this stack that are too old, or fit nothing in it |

Each judgement:

| key | what it is |
|---|---|
| `urn`, `resource`, `type` | the resource: its URN, its name, Pulumi's type |
| `operation` | {", ".join(f"`{one}`" for one in DONE)} |
| `risk` | {", ".join(f"`{one}`" for one in GRAVEST_FIRST)} |
| `rule` | the rule's id |
| `guarded`, `state` | whether it waits for a word; `refused`, `acknowledged` or `passes` |
| `sentence`, `remedy` | what happens, and what to do instead or first; the latter may be empty |
| `causes` | the properties that bring it about: `path`, `before`, `after`, `replaces` |
| `dependents` | URNs of what depends on it, near or far |
| `acknowledgement` | null, or `environment` and `account` as above, `resource`, `rule`, `reason`, `until`, `source` |

`before` and `after` are plain JSON, null where there is none. `[secret]` stands for a secret, `[unknown]` for what only
the apply will tell, `[the arn of Bucket/media]` for one that two plans have in common.
"""
