"""The switches that keep data: what may delete it, forget it sooner, or leave no way back to it.

Source: the AWS provider's documentation of each type (defaults, what replaces), and the services' own user guides.
"""

from __future__ import annotations

from changes.rule import DATABASE
from changes.switch import Switch, chosen, left, loses, lower, off, on, one_of, removed

_BUCKET = frozenset({"aws:s3/bucket:Bucket"})
_VERSIONING = frozenset({"aws:s3/bucketVersioning:BucketVersioning"})
_TABLE = frozenset({"aws:dynamodb/table:Table"})
_CACHE = frozenset({"aws:elasticache/replicationGroup:ReplicationGroup"})
_QUEUE = frozenset({"aws:sqs/queue:Queue"})
_VOLUME = frozenset({"aws:ebs/volume:Volume"})
_FILES = frozenset({"aws:efs/fileSystem:FileSystem"})
_IMAGES = frozenset({"aws:ecr/repository:Repository"})
_SECRET = frozenset({"aws:secretsmanager/secret:Secret"})

_ELSEWHERE = "is to be filled from elsewhere ({new}): what it holds now is lost"
_UNDELETED = "loses its deletion protection: one wrong call or click deletes it"
_OVERWRITTEN = "keeps no older versions from now on: what is overwritten or deleted cannot be brought back"
_UNLOCKED = "keeps files locked against deletion for {new} days instead of {old}"
_SNAPSHOTLESS = "takes no snapshot any more when it is deleted: what is deleted is lost"
_ALONE = "has fewer copies in other regions: {new} instead of {old}"
_ONE_FACTOR = "lets versions be deleted without a second factor"
_FORCED = "may be deleted with all that is in it: until now AWS refused while there was anything"
_CLEAR = "keeps its data unencrypted"

SWITCHES = (
    *(
        Switch(rule="filled-from-elsewhere", types=types, path=path, worse=chosen, words=_ELSEWHERE)
        for types, paths in (
            (DATABASE, ("snapshotIdentifier", "restoreToPointInTime", "s3Import", "replicateSourceDb",
                        "replicationSourceIdentifier", "globalClusterIdentifier")),
            (_TABLE, ("restoreSourceName", "restoreSourceTableArn", "restoreBackupArn", "importTable")),
            (_CACHE, ("snapshotName", "snapshotArns", "globalReplicationGroupId")),
            (_VOLUME, ("snapshotId",)),
        )
        for path in paths
    ),
    *(
        Switch(rule=rule, types=types, path=path, worse=worse, default=default, words=words)
        for rule, types, path, worse, default, words in (
            ("engine-changed", DATABASE, "engine", left, None,
             "is to run {new} instead of {old}: AWS makes no other engine of a database that is there"),
            ("engine-changed", _CACHE, "engine", left, "redis", "is to run {new} instead of {old}"),
            ("backups-shortened", _CACHE, "snapshotRetentionLimit", lower, 0,
             "keeps snapshots {new} days instead of {old}: older ones are deleted"),
            ("backups-shortened", DATABASE, "backtrackWindow", lower, 0,
             "can be taken back {new} seconds instead of {old}"),
            ("recovery-off", _TABLE, "pointInTimeRecovery.enabled", on, None,
             "cannot be brought back to an earlier moment any more"),
            ("recovery-off", _TABLE, "pointInTimeRecovery.recoveryPeriodInDays", lower, 35,
             "can be brought back {new} days instead of {old}"),
            ("recovery-off", _TABLE, "replicas.regionName", loses, None, _ALONE),
            ("recovery-off", _SECRET, "replicas.region", loses, None, _ALONE),
            ("recovery-off", _BUCKET, "objectLockConfiguration", removed, None,
             "keeps files locked against deletion no longer"),
            ("recovery-off", _BUCKET, "objectLockConfiguration.rule.defaultRetention.days", lower, None, _UNLOCKED),
            ("recovery-off", _FILES, "protection.replicationOverwrite", one_of("ENABLED"), "ENABLED",
             "may be overwritten by a replication"),
            ("kept-shorter", _TABLE, "ttl.enabled", off, None, "deletes items by the time in one of their attributes"),
            ("kept-shorter", _TABLE, "ttl.attributeName", left, None, "deletes items by another attribute, {new}"),
            ("kept-shorter", _QUEUE, "messageRetentionSeconds", lower, 345_600,
             "keeps messages {new} seconds instead of {old}: older ones are deleted"),
            ("kept-shorter", _QUEUE, "redrivePolicy", removed, None,
             "puts messages that fail aside no longer: they are deleted with age"),
            ("deletion-protection-off", frozenset({"aws:cognito/userPool:UserPool"}), "deletionProtection",
             one_of("ACTIVE"), None, _UNDELETED),
            ("deletion-protection-off", frozenset({"aws:ec2/instance:Instance"}), "disableApiTermination", on, None,
             _UNDELETED),
            ("deletion-protection-off", frozenset({"aws:cloudwatch/logGroup:LogGroup"}), "skipDestroy", on, None,
             "is deleted with its logs when it leaves the program: until now it stayed at AWS"),
            ("force-destroy-on", frozenset({"aws:route53/zone:Zone"}), "forceDestroy", off, None, _FORCED),
            ("force-destroy-on", _IMAGES, "forceDelete", off, None, _FORCED),
            ("final-snapshot-off", _VOLUME, "finalSnapshot", on, None, _SNAPSHOTLESS),
            ("final-snapshot-off", _CACHE, "finalSnapshotIdentifier", removed, None, _SNAPSHOTLESS),
            ("versioning-off", _VERSIONING, "versioningConfiguration.status", one_of("Enabled"), None, _OVERWRITTEN),
            ("versioning-off", _BUCKET, "versioning.enabled", on, None, _OVERWRITTEN),
            ("versioning-off", _VERSIONING, "versioningConfiguration.mfaDelete", one_of("Enabled"), None,
             _ONE_FACTOR),
            ("versioning-off", _BUCKET, "versioning.mfaDelete", on, None, _ONE_FACTOR),
            ("secret-in-clear", frozenset({"aws:ssm/parameter:Parameter"}), "type", one_of("SecureString"), None,
             "keeps its value in clear"),
            ("encryption-off", _CACHE, "atRestEncryptionEnabled", on, None, _CLEAR),
            ("encryption-off", _CACHE, "transitEncryptionEnabled", on, None, "sends its data unencrypted"),
            ("encryption-off", _QUEUE, "sqsManagedSseEnabled", on, True,
             "is encrypted by SQS's own key no longer"),
            ("encryption-off", _BUCKET, "serverSideEncryptionConfiguration", removed, None,
             "encrypts new files by S3's own key only"),
        )
    ),
    *(
        Switch(rule="encryption-off", types=types, path=path, worse=on, words=_CLEAR, when_new=True)
        for types, path in ((DATABASE, "storageEncrypted"), (_VOLUME, "encrypted"), (_FILES, "encrypted"))
    ),
)  # fmt: skip
