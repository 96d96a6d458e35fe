"""Settings of the CloudWatch agent: which logs go to which group, and how full the disk is."""

from __future__ import annotations

from typing import Any

from infra.config import PlatformConfig
from infra.names import Names
from infra.server_paths import ServerPaths

SLOTS = ("blue", "green")


def agent_settings(config: PlatformConfig, names: Names, paths: ServerPaths) -> dict[str, Any]:
    """The agent's JSON (CloudWatch User Guide, "CloudWatch agent configuration file").

    The journal is read natively since the agent of 2026-05 (amazon-cloudwatch-agent #2121). The disk is aggregated
    over everything but its path, as the alarm on it expects (infra/alarm_rules.py). nginx's error log stays on the
    machine: each line has the request with its query, in which there may be a token.
    """
    backend = names.log_group("backend", config.observability.backend_log_group)
    journal = [_units(backend, names, "web"), _units(backend, names, "migrate")]
    for part, command in (
        ("worker", config.product.backend.worker_command),
        ("scheduler", config.product.backend.scheduler_command),
    ):
        if command is not None:
            journal.append(_units(names.log_group("worker"), names, part))
    identifier = {"SYSLOG_IDENTIFIER": f"{names.product}-boot"}  # what the user data says, also of a release's failure
    journal.append({"matches": [identifier], **_stream(backend, "-boot")})
    nginx = names.log_group("nginx")
    files = [{"file_path": paths.access_log, **_stream(nginx)}]
    disk = {"measurement": ["used_percent"], "resources": ["/"], "drop_device": True}
    return {
        "agent": {"metrics_collection_interval": 60},
        "logs": {
            "logs_collected": {"files": {"collect_list": files}, "journald": {"collect_list": journal}},
        },
        "metrics": {
            "namespace": names.prefix,
            "metrics_collected": {"disk": disk},
            "aggregation_dimensions": [["path"]],
        },
    }


def _units(group: str, names: Names, part: str) -> dict[str, Any]:
    return {"units": [f"{names.product}-{part}@{slot}.service" for slot in SLOTS], **_stream(group, f"-{part}")}


def _stream(group: str, suffix: str = "") -> dict[str, str]:
    return {"log_group_name": group, "log_stream_name": f"{{instance_id}}{suffix}"}
