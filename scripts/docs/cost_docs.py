"""docs/cost.md: what the two environments cost, from their real YAML and the price sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from cost.estimate import Estimate
from cost.refresh import QUESTIONS
from cost.sheet import load
from scripts.cost import estimated

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENTS = ("dev", "prod")

INTRODUCTION = """# What it costs

Made by `make docs` from `Pulumi.dev.yaml`, `Pulumi.prod.yaml` and `cost/prices.yaml`; do not edit by hand.

`diceytech cost --env E` plans the environment in this process and adds up its resources, without an AWS account. Prices
are in USD without tax, on demand, for a month of 730 hours. What is paid by use is listed by its rate and counts only
for what you say: `--usage cdn-gb=2000 --usage s3=50`. A resource that has no price is listed by its name, and never
counts as nothing; a price that the sheet lacks is an error, with exit code 1. Scaling groups count at the size that
they start with; the range is that of their least and their most.
"""


def docs() -> str:
    """docs/cost.md."""
    found = {name: estimated(ROOT, name) for name in ENVIRONMENTS}
    parts = [INTRODUCTION, *_prices(), *_sums(found)]
    for name, estimate in found.items():
        parts += [*_fixed(name, estimate)]
    return "\n".join([*parts, *_usage(found), *_free(found)]) + "\n"


def _prices() -> Iterator[str]:
    sheet = load()
    if sheet.fetched:
        yield f"The prices are of {sheet.as_of}, those that can be refreshed from AWS's price list API.\n"
    else:
        yield f"**The prices are from AWS's public price pages as known on {sheet.as_of}; they were not fetched.**"
        yield "Those of us-east-1 agree with several public copies, those of RDS in Europe are the least sure.\n"
    asked = ", ".join(f"`{name}`" for name in sorted({question.service for question in QUESTIONS}))
    yield "`diceytech cost --refresh --region R`, with any AWS credentials, asks AWS's price list API"
    yield f"(`pricing:GetProducts`) for the prices of {asked}."
    yield "It was tested against a stub of that API and not run against AWS.\n"
    yield f"Regions in the sheet: {', '.join(sheet.regions)}.\n"


def _sums(found: dict[str, Estimate]) -> Iterator[str]:
    yield "## Fixed, USD a month\n"
    yield "| environment | fixed | as it scales | without CloudWatch's free allowance |\n|---|---|---|---|"
    for name, one in found.items():
        low, high = one.monthly_range
        span = f"{low:.2f} to {high:.2f}" if low != high else "does not scale"
        bare = estimated(ROOT, name, allowances=False).monthly
        yield f"| {name} | **{one.monthly:.2f}** | {span} | {bare:.2f} |"
    yield (
        "\nThe allowance (10 alarms, 3 dashboards, 10 metrics) is one for each account; each row counts it as if the\n"
        "environment were alone there. What the agent on the servers measures is no resource of the plan: a few\n"
        "metrics of 0.30 USD for each server, once the ten are used up.\n"
    )


def _fixed(name: str, found: Estimate) -> Iterator[str]:
    yield f"### {name}, in {found.region}\n\n| what | resources | USD a month |\n|---|---|---|"
    groups: defaultdict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for item in found.fixed:
        groups[item.what].append((item.resource, item.monthly))
    rows = sorted(groups.items(), key=lambda row: -sum(money for _, money in row[1]))
    for what, parts in rows:
        names = ", ".join(resource for resource, _ in parts) if len(parts) < 4 else f"{len(parts)} of them"
        yield f"| {what} | {names} | {sum(money for _, money in parts):.2f} |"
    yield ""


def _usage(found: dict[str, Estimate]) -> Iterator[str]:
    yield "## By use\n\n| `--usage` | what | USD | per | region | in |\n|---|---|---|---|---|---|"
    rates: dict[tuple[str, str], list[str]] = {}
    items = {(item.service, item.region): item for one in found.values() for item in one.usage}
    for name, one in found.items():
        for item in one.usage:
            rates.setdefault((item.service, item.region), []).append(name)
    for key in sorted(rates):
        item = items[key]
        where = ", ".join(rates[key])
        yield f"| `{item.service}` | {item.what} | {item.usd} | {item.unit} | {item.region} | {where} |"


def _free(found: dict[str, Estimate]) -> Iterator[str]:
    yield "\n## Free, and why\n\n| type | why |\n|---|---|"
    reasons = {one.type: one.reason for estimate in found.values() for one in estimate.free}
    for type_, reason in sorted(reasons.items()):
        yield f"| `{type_}` | {reason} |"
