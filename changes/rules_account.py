"""What counts in the account project alone, where each role deploys: who may take one, and what it may do.

A step is seen here as a change of nothing into something where it brings what is there already, or whoever has it, more
than before. So what a new environment brings with it passes, and what is added to another one waits.
Source: IAM User Guide, "Create a role for OpenID Connect federation"; GitHub Docs, "OpenID Connect reference".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from changes.change import Change, Step
from changes.exposure_jobs import as_trusted
from changes.grants import Grant, grants
from changes.policies import POLICY_TYPES, PROPERTIES
from changes.rule import EMPTY, OPEN, Rule, number, sides
from changes.rules_policies import more
from changes.stack_titles import is_of_account
from controls.inputs import peek
from rehearsal.foretold import names_an_output
from rehearsal.graph import PROVIDER, Graph, Node
from rehearsal.policy_documents import listed

_ROLE: Final = "aws:iam/role:Role"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_OF_ROLES: Final = (_ATTACHMENT, "aws:iam/rolePolicy:RolePolicy")
_ISSUER: Final = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
_ATTACHED: Final = ("policyArn", "managedPolicyArns")
_SESSION: Final = 3600  # seconds, IAM's default


@dataclass(frozen=True, kw_only=True)
class Account:
    """What of a change its steps are held against.

    `begun` says whether anything was there before, `coming` are the URNs of what is created, `trusts` what the roles'
    trust policies allowed before; `before` and `after` have the roles' URNs by the names that they have at AWS.
    """

    begun: bool
    coming: frozenset[str]
    trusts: tuple[Grant, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]


def account_of(change: Change, coming: Collection[str]) -> Account:
    """What the change names; of one that is not whole, nobody can tell that nothing was there before."""
    there = any(node.custom and node.type != PROVIDER for node in change.before)
    return Account(
        begun=there or not change.whole,
        coming=frozenset(coming),
        trusts=tuple(one for node in change.before.of(_ROLE) if is_of_account(node.urn) for one in _trusts(node)),
        before=_names(change.before),
        after=_names(change.after),
    )


def seen(step: Step, account: Account) -> Step:
    """The step as it is judged: with less before, where what it creates is not a new environment's own."""
    after = step.after
    if after is None or not is_of_account(after.urn):
        return step
    if after.type in _OF_ROLES and not _is_its_own(step, after, account):
        return replace(step, before=replace(after, inputs={}))
    if step.op != "create" or not account.begun:
        return step
    if after.type == _ISSUER:
        return replace(step, before=_without(after, "url"))
    if after.type == _ROLE and not _is_trusted(after, account):
        return replace(step, before=replace(after, inputs={}))
    if after.type == _ROLE and not _comes(after, "managedPolicyArns", account):
        return replace(step, before=_without(after, "managedPolicyArns"))
    return step


def _is_its_own(step: Step, after: Node, account: Account) -> bool:
    """Whether a role's policy is of the role that it was of, or all of it is created with the role."""
    if step.op == "create":
        policy = after.type != _ATTACHMENT or not account.begun or _comes(after, "policyArn", account)
        return policy and _is_new_role(after, account)
    return step.before is None or _same_role(step.before, after, account)


def _is_new_role(policy: Node, account: Account) -> bool:
    name = peek(policy, "role")
    if _is_plain(name):
        return name not in account.before and account.after.get(name) in account.coming
    return _all_come(policy, "role", account)


def _same_role(before: Node, after: Node, account: Account) -> bool:
    old, new = peek(before, "role"), peek(after, "role")
    if _is_plain(old) and old == new:
        return True
    return _owners(before, old, account.before) == _owners(after, new, account.after)


def _owners(policy: Node, role: Any, names: Mapping[str, str]) -> Collection[str]:
    return {names.get(role, role)} if _is_plain(role) else set(policy.property_dependencies.get("role", ()))


def _comes(node: Node, path: str, account: Account) -> bool:
    """Whether all policies that it names there are created by the same change."""
    named = listed(peek(node, path))
    return not named or (not any(_is_plain(one) for one in named) and _all_come(node, path, account))


def _all_come(node: Node, path: str, account: Account) -> bool:
    owners = set(node.property_dependencies.get(path, ()))
    return bool(owners) and owners <= account.coming


def _is_plain(value: Any) -> bool:
    """Whether it is a name as the program wrote it, and no output of another resource."""
    return isinstance(value, str) and value not in OPEN and not names_an_output(value)


def _is_trusted(role: Node, account: Account) -> bool:
    """Whether all whom a new role lets in are jobs of a repository that another role let in before, in the same way."""
    found = list(_trusts(role))
    return bool(found) and all(any(as_trusted(one, other) for other in account.trusts) for one in found)


def _trusts(role: Node) -> Iterator[Grant]:
    return (one for one in grants(role) if one.kind == "trust" and one.effect == "Allow")


def _names(graph: Graph) -> dict[str, str]:
    return {str(node.inputs["name"]): node.urn for node in graph.of(_ROLE) if "name" in node.inputs}


def _without(node: Node, name: str) -> Node:
    return replace(node, inputs={key: value for key, value in node.inputs.items() if key != name})


def _issuer_added(step: Step) -> str | None:
    old, new = sides(step, "url")
    added = is_of_account(step.node.urn) and step.before is not None and old in EMPTY and new not in EMPTY
    return f"lets roles trust the tokens of {new}" if added else None


def _more_to_deploy(step: Step) -> str | None:
    """More rights in a policy of the account project, or a further policy for a role of it that is there."""
    if not is_of_account(step.node.urn):
        return None
    added = sorted({one for path in _ATTACHED for one in _added(step, path)})
    words = [more(step), f"brings a role the rights of {', '.join(added)}" if added else None]
    return "; ".join(one for one in words if one) or None


def _added(step: Step, path: str) -> list[str]:
    """Policies that are attached now and were not before; not the same one that only gets another ARN."""
    if step.before is None or step.after is None:
        return []
    old, new = sides(step, path)
    same = step.before.property_dependencies.get(path) == step.after.property_dependencies.get(path)
    if new in OPEN and old not in EMPTY and same:
        return []
    return [str(one) for one in listed(new) if one not in listed(old)]


def _session_lengthened(step: Step) -> str | None:
    old, new = sides(step, "maxSessionDuration", _SESSION)
    before, after = number(old), number(new)
    if step.before is None or not is_of_account(step.node.urn) or old == new:
        return None
    longer = after is None or (before is not None and after > before)
    return f"may be used {new} seconds after a job took it, instead of {old}" if longer else None


RULES = (
    Rule(id="deploy-rights-widened", title="A deploy role, or the boundary of what it makes, may do more",
         risk="security", types=POLICY_TYPES | {_ROLE, _ATTACHMENT}, properties=(*PROPERTIES, *_ATTACHED, "role"),
         check=_more_to_deploy, remedy="make sure that the pipelines need them: whoever can run one has them"),
    Rule(id="deploy-issuer-added", title="A further issuer of tokens that roles of the account may trust",
         risk="security", types=frozenset({_ISSUER}), properties=("url",), check=_issuer_added,
         remedy="make sure whose tokens they are, and which roles trust them"),
    Rule(id="deploy-session-lengthened", title="A deploy role may be used for longer", risk="security",
         types=frozenset({_ROLE}), properties=("maxSessionDuration",), check=_session_lengthened, guarded=False,
         remedy="make sure that a job needs that long: whoever gets its credentials has them as long"),
)  # fmt: skip
