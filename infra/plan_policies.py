"""What the plan-only role of one environment may do: what `pulumi preview` and a refresh read, and nothing else.

Its statements are the infrastructure role's, cut to the actions that read, so that both see the same environment. It
reads the state and its secrets, since the engine decrypts a state when it loads it, and the program looks secrets up.
Whom that is given to is infra/stacks/account.py.
"""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.infrastructure_policies import infrastructure
from infra.policies import Document

_READS = ("BatchGet", "Describe", "Get", "List")
_NEEDED_TO_READ = frozenset({"kms:Decrypt"})  # the state's key


def reads(action: str) -> bool:
    """Whether an action, as AWS spells it, changes nothing."""
    return action in _NEEDED_TO_READ or action.partition(":")[2].startswith(_READS)


def plan(scope: Scope) -> dict[str, Document]:
    """The policies of the plan-only role, by topic."""
    cut = {topic: _cut(document) for topic, document in infrastructure(scope).items()}
    return {topic: document for topic, document in cut.items() if document["Statement"]}


def _cut(document: Document) -> Document:
    statements = [
        {**one, "Action": [action for action in one["Action"] if reads(action)]}
        for one in document["Statement"]
        if one["Effect"] == "Allow"
    ]
    return {**document, "Statement": [one for one in statements if one["Action"]]}
