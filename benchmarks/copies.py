"""One program that holds N copies of the platform, as a process: `python -m benchmarks.copies N`.

Prints the number of resources that came up. Each copy is a product of its own; the monitor adds the copy's number to
logical names, since one program cannot register a name twice.
"""

from __future__ import annotations

import gc
import re
import sys

from pulumi.runtime.proto import resource_pb2

from benchmarks.measure import ROOT
from infra.config import PlatformConfig
from infra.config_source import load
from infra.names import Names
from infra.stacks.platform import platform
from rehearsal import in_process
from rehearsal.emulator import EmulatedAws
from rehearsal.graph import PROVIDER
from rehearsal.seeds import seed

COPY = re.compile(r"::aws-(\d+)(::|$)")


class CopiesMonitor(in_process.Monitor):
    """Tells the copies apart by the provider that each resource names."""

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Registers the resource under its copy's own name."""
        if request.type == PROVIDER:
            request.name = f"{request.name}-{len(self.providers) + 1}"
        elif found := COPY.search(request.provider or "".join(request.providers.values())):
            request.name = f"{request.name}-{found.group(1)}"
        return super().RegisterResource(request)


def copy_of(config: PlatformConfig, number: int) -> PlatformConfig:
    """The configuration under a product name of its own."""
    product = config.product.model_copy(update={"name": f"copy{number}"})
    return config.model_copy(update={"product": product})


def main(copies: int) -> None:
    """Brings the copies up and prints how many resources they are."""
    gc.disable()  # as the command line does
    configs = [copy_of(load(ROOT, "dev"), number) for number in range(1, copies + 1)]
    with EmulatedAws(account_id=configs[0].aws.account_id, region=configs[0].aws.region) as aws:
        for config in configs:
            seed(aws, config, Names(product=config.product.name, environment="dev", account_id=aws.account_id))
        found = in_process.run(
            lambda: [platform(config, "dev") for config in configs],
            aws=aws,
            project="platform",
            stack="dev",
            config={},
            monitor=CopiesMonitor,
        )
    sys.stdout.write(f"{sum(node.id is not None for node in found.graph)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
