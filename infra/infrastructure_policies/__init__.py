"""What the role that runs `pulumi up` for one environment may do, by topic.

Written by hand from what the components use, and scoped to the environment's names, paths and tags as far as AWS lets
it be. Each managed policy stays under IAM's 6,144 characters and a role has ten at most, hence the topics.
"""

from __future__ import annotations

from infra.deploy_policies import Scope
from infra.infrastructure_policies.compute import compute
from infra.infrastructure_policies.data import data
from infra.infrastructure_policies.edge import edge
from infra.infrastructure_policies.identity import identity
from infra.infrastructure_policies.network import network
from infra.infrastructure_policies.observability import observability
from infra.infrastructure_policies.storage import storage
from infra.policies import Document


def infrastructure(scope: Scope) -> dict[str, Document]:
    """The policies of the role that runs `pulumi up` for the environment, by topic."""
    return {
        "network": network(scope),
        "compute": compute(scope),
        "storage": storage(scope),
        "data": data(scope),
        "edge": edge(scope),
        "identity": identity(scope),
        "observability": observability(scope),
    }
