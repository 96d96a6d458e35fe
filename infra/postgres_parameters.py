"""How RDS applies PostgreSQL parameters: static ones at the next start, the others at once."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

# PostgreSQL documentation, "Server Configuration": what "can only be set at server start"; and RDS's own ones.
STATIC = frozenset(
    (
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "autovacuum_multixact_freeze_max_age",
        "autovacuum_worker_slots",
        "cron.database_name",
        "cron.max_running_jobs",
        "cron.use_background_workers",
        "huge_pages",
        "io_max_concurrency",
        "io_method",
        "max_connections",
        "max_files_per_process",
        "max_locks_per_transaction",
        "max_logical_replication_workers",
        "max_pred_locks_per_transaction",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "max_worker_processes",
        "min_dynamic_shared_memory",
        "pg_stat_statements.max",
        "rds.custom_dns_resolution",
        "rds.logical_replication",
        "rds.pg_stat_ramdisk_size",
        "shared_buffers",
        "shared_preload_libraries",
        "superuser_reserved_connections",
        "track_activity_query_size",
        "track_commit_timestamp",
        "wal_buffers",
    )
)


def parameter_list(extra: Mapping[str, str]) -> list[aws.rds.ParameterGroupParameterArgsDict]:
    """The parameter group's list: TLS forced, then `extra`, by name.

    `rds.force_ssl` is dynamic and stays 1 whatever `extra` says. A static parameter that is sent as immediate is
    refused by RDS ("cannot use immediate apply method for static parameter").
    """
    values = {**extra, "rds.force_ssl": "1"}
    return [
        {"name": name, "value": value, "apply_method": "pending-reboot" if name in STATIC else "immediate"}
        for name, value in sorted(values.items())
    ]
