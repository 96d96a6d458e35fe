from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from judged_changes import node, step, verdict

from changes.change import Step
from rehearsal.graph import SECRET, Graph
from reports.masking import masked_graph, masked_words
from reports.report import Format, rendered

KEY = "hunter22Zq"
PROJECT, TASK, ACL = "aws:codebuild/project:Project", "aws:ecs/taskDefinition:TaskDefinition", "aws:wafv2/webAcl:WebAcl"
POLICY, SETTING = "aws:s3/bucketPolicy:BucketPolicy", "aws:ssm/serviceSetting:ServiceSetting"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def inputs(name: str, secret: str) -> Mapping[str, Any]:
    """Of a resource of the kind `name` that holds the secret."""
    matched = {"searchString": secret, "fieldToMatch": {"singleHeader": {"name": "x-origin-secret"}}}
    allow = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:GetObject", "Resource": "*"}
    header = {"httpHeader": {"httpHeaderName": "X-Origin-Secret", "values": ["a", secret]}}
    found: dict[str, Mapping[str, Any]] = {
        "variable": {"environment": {"environmentVariables": [{"name": "API_TOKEN", "value": secret}]}},
        "parameter": {"parameters": [{"name": "x_password", "value": secret}, {"name": "a", "value": "1"}]},
        "named": {"list": [{"parameterName": "x_password", "parameterValue": secret}]},
        "document": {"containerDefinitions": json.dumps([{"environment": [{"name": "TOKEN", "value": secret}]}])},
        "command": {"containerDefinitions": json.dumps([{"command": ["x", "--password", secret]}])},
        "firewall": {"rules": [{"name": "r", "statement": {"byteMatchStatement": matched}}]},
        "origin": {"origins": [{"customHeaders": [{"name": "X-From", "value": secret}]}]},
        "origin in another form": {"origins": [{"customHeaders": [{"headerName": "X-From", "headerValue": secret}]}]},
        "authorization": {"headers": [{"key": "Authorization", "value": secret}]},
        "listener": {"conditions": [header]},
        "setting": {"settingId": "/x/api-token", "settingValue": secret},
        "text": {"settingId": "x", "settingValue": f"token={secret}"},
        "dotted": {"tags": {"a.b": "1", "x.password": secret}},
        **{
            f"condition {key}": {
                "policy": json.dumps({"Statement": [{**allow, "Condition": {"StringEquals": {key: secret}}}]})
            }
            for key in ("aws:Referer", "AWS:Referer", "aws:UserAgent", "x-shared-with")
        },
    }
    return found[name]


KINDS = [
    ("variable", PROJECT), ("parameter", "aws:rds/parameterGroup:ParameterGroup"), ("named", PROJECT),
    ("document", TASK), ("command", TASK), ("firewall", ACL), ("origin", DISTRIBUTION),
    ("origin in another form", DISTRIBUTION), ("authorization", "acme:x/y:Thing"),
    ("listener", "aws:lb/listenerRule:ListenerRule"), ("setting", SETTING), ("text", SETTING),
    ("dotted", "acme:x/y:Thing"), ("condition aws:Referer", POLICY), ("condition aws:UserAgent", POLICY),
    ("condition AWS:Referer", POLICY),
    ("condition x-shared-with", POLICY),
]  # fmt: skip


def told(form: Format, *steps: Step) -> str:
    return rendered([verdict(*steps)], form, guard=True, verbose=True)


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_no_format_shows_a_secret(name: str, kind: str, form: Format) -> None:
    before, after = (node(kind, "x", inputs(name, secret)) for secret in ("old-one-7", KEY))
    for steps in ([step("update", before, after)], [step("create", None, after)], [step("delete", after, None)]):
        shown = told(form, *steps)
        assert KEY not in shown
        assert "old-one-7" not in shown
    grown = node(
        kind, "x", {key: [*value, "more"] if isinstance(value, list) else value for key, value in after.inputs.items()}
    )
    assert KEY not in told(form, step("update", before, grown))


@pytest.mark.parametrize("form", list(Format))
def test_a_secret_that_a_sentence_repeats_is_masked_there(form: Format) -> None:
    new = node(POLICY, "policy", inputs("condition aws:Referer", KEY))
    shown = told(form, step("update", node(POLICY, "policy", {"policy": "{}"}), new))
    assert "where" in shown
    assert KEY not in shown
    assert SECRET in shown


@pytest.mark.parametrize("form", list(Format))
def test_the_neighbours_that_name_no_secret_hide_nothing(form: Format) -> None:
    held = ({"parameters": [{"name": "work_mem", "value": value}]} for value in ("4096kB", "8192kB"))
    before, after = (node("aws:rds/parameterGroup:ParameterGroup", "x", one) for one in held)
    shown = told(form, step("update", before, after))
    assert "4096kB" in shown
    assert "8192kB" in shown


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("key", ["token.actions.example.com:sub", "aws:SourceArn", "AWS:SourceArn", "Kms:ViaService"])
def test_a_condition_that_says_who_is_let_in_is_shown(key: str, form: Format) -> None:
    conditions = {"StringLike": {key: "repo:owner/name:*"}}
    allow = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:*", "Resource": "*"}
    policy = json.dumps({"Statement": [{**allow, "Condition": conditions}]})
    before, after = node(POLICY, "x", {"policy": "{}"}), node(POLICY, "x", {"policy": policy})
    assert "repo:owner/name:" in told(form, step("update", before, after)).replace("\n", "").replace(" ", "")


def test_of_words_with_a_document_in_them_the_words_stay() -> None:
    words = (
        'lets 9 read b where {"StringEquals": {"aws:Referer": ["%s"]}}, and {"Bool": {"aws:SecureTransport": ["true"]}}'
    )
    assert masked_words(words % KEY) == words.replace('["%s"]', f'"{SECRET}"')


def test_a_graph_for_machines_holds_no_secret() -> None:
    held = node(PROJECT, "x", inputs("variable", KEY))
    (found,) = masked_graph(Graph((held,)))
    assert found.inputs == inputs("variable", SECRET)
    assert found.outputs is None
