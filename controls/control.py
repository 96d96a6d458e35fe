"""What a control is, and what checking one resource against it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from controls.inputs import UndecidedError
from rehearsal.graph import Graph, Node

Severity = Literal["critical", "high", "medium", "low"]
Scope = Literal["environment", "production", "account"]
Status = Literal["passed", "failed", "unknown"]

DOCS = "https://docs.aws.amazon.com"
_PAGES = {
    "ACM": "AWS Certificate Manager",
    "AutoScaling": "Amazon EC2 Auto Scaling",
    "CloudFront": "Amazon CloudFront",
    "EC2": "Amazon EC2",
    "ELB": "Elastic Load Balancing",
    "IAM": "IAM",
    "KMS": "AWS KMS",
    "RDS": "Amazon RDS",
    "Route53": "Route 53",
    "S3": "Amazon S3",
    "SNS": "Amazon SNS",
    "SSM": "Amazon EC2 Systems Manager",
    "SecretsManager": "Secrets Manager",
    "WAF": "AWS WAF",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One resource held against one control; `detail` says what is wrong, or what the plan leaves open."""

    node: Node | None
    status: Status
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a control found: the resource, what is wrong with it, and what to do, by key of the environment's YAML.

    `urn` is None where the finding is that a resource is missing altogether; `status` is `unknown` where the plan
    does not tell yet. `why`, `reference` and `url` are the control's.
    """

    control: str
    severity: Severity
    resource: str
    urn: str | None
    problem: str
    why: str
    remedy: str
    reference: str
    url: str
    status: Literal["failed", "unknown"] = "failed"


Rule = Callable[[Graph], list[Outcome]]
Judge = Callable[[Node, Graph], str | None]


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control as a check on a graph: of AWS's standard, or the platform's own (`PLATFORM.1`).

    `scope` is `account` where the setting is one per AWS account or region, made by the account project, and
    `production` where only an environment of that tier is held to it. `why` says in plain words what goes wrong
    otherwise; the catalogue takes it from controls/reasons.py. `page` and `path` are the title and address, below
    docs.aws.amazon.com, of AWS's page behind a control of the platform's own. `differs` says where this check reads
    the control otherwise than Security Hub's own rule, and why.
    """

    id: str
    title: str
    severity: Severity
    rule: Rule
    remedy: str
    scope: Scope = "environment"
    differs: str = ""
    why: str = ""
    page: str = ""
    path: str = ""

    @property
    def reference(self) -> str:
        """The title of the page on docs.aws.amazon.com that describes this control."""
        return self.page or f"Security Hub CSPM controls for {_PAGES[self.id.split('.')[0]]}"

    @property
    def url(self) -> str:
        """The address of that page."""
        service, number = self.id.lower().split(".")
        return f"{DOCS}/{self.path or f'securityhub/latest/userguide/{service}-controls.html#{service}-{number}'}"

    def outcomes(self, graph: Graph) -> list[Outcome]:
        """Every resource of the graph that this control speaks of, passed or not; empty when there is none."""
        return self.rule(graph)

    def check(self, graph: Graph) -> list[Finding]:
        """What is wrong, or not known yet; empty when all is well."""
        return [self.finding(outcome) for outcome in self.outcomes(graph) if outcome.status != "passed"]

    def finding(self, outcome: Outcome) -> Finding:
        """The finding that an outcome which did not pass amounts to."""
        return Finding(
            control=self.id,
            severity=self.severity,
            resource=outcome.node.name if outcome.node else "account",
            urn=outcome.node.urn if outcome.node else None,
            problem=outcome.detail,
            why=self.why,
            remedy=self.remedy,
            reference=self.reference,
            url=self.url,
            status="unknown" if outcome.status == "unknown" else "failed",
        )


def each(types: str | Iterable[str], judge: Judge) -> Rule:
    """The rule that holds every resource of these types against `judge`, which names the problem or returns None."""
    wanted = (types,) if isinstance(types, str) else tuple(types)

    def rule(graph: Graph) -> list[Outcome]:
        return [_judged(judge, node, graph) for type_ in wanted for node in graph.of(type_)]

    return rule


def one_per_account(type_: str, judge: Judge, *, missing: str) -> Rule:
    """The rule that at least one resource of this type exists and passes; `missing` is the problem if none does."""

    def rule(graph: Graph) -> list[Outcome]:
        outcomes = [_judged(judge, node, graph) for node in graph.of(type_)]
        return outcomes or [Outcome(node=None, status="failed", detail=missing)]

    return rule


def _judged(judge: Judge, node: Node, graph: Graph) -> Outcome:
    try:
        problem = judge(node, graph)
    except UndecidedError as open_question:
        return Outcome(node=node, status="unknown", detail=str(open_question))
    if problem is None:
        return Outcome(node=node, status="passed")
    return Outcome(node=node, status="failed", detail=problem)
