"""The viewer-request functions of the distribution, one for each kind of behaviour that needs one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra import edge_functions
from infra.edge_functions import Kind


@dataclass(frozen=True, kw_only=True)
class Gate:
    """User name and password in front of the whole site; the password is a secret."""

    username: str
    password: pulumi.Input[str] = field(repr=False)


def viewer_requests(
    parent: pulumi.Resource, name: str, *, label: str, backend_paths: tuple[str, ...], gate: Gate | None
) -> dict[Kind, pulumi.Output[str]]:
    """ARNs by kind; the backend's behaviours have a function only where there is a gate to pass.

    Auto-named: a function in use cannot be deleted, so a replacement needs another name.
    """
    kinds: tuple[Kind, ...] = ("site", "media", "backend") if gate else ("site", "media")
    made: dict[Kind, pulumi.Output[str]] = {}
    for kind in kinds:
        function = aws.cloudfront.Function(
            f"{name}-{kind}",
            runtime=edge_functions.RUNTIME,
            publish=True,
            comment=f"viewer request, {kind}",
            code=_code(kind, backend_paths, gate, label),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        made[kind] = function.arn
    return made


def _code(kind: Kind, backend_paths: tuple[str, ...], gate: Gate | None, label: str) -> pulumi.Input[str]:
    if gate is None:
        return edge_functions.viewer_request(kind=kind, backend_paths=backend_paths)
    username = gate.username
    password: pulumi.Output[str] = pulumi.Output.secret(gate.password)

    def locked(known: str) -> str:
        lock = edge_functions.lock(username=username, password=known, label=label)
        return edge_functions.viewer_request(kind=kind, backend_paths=backend_paths, gate=lock)

    return password.apply(locked)
