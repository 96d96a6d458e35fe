"""The switches whose value is a list with a meaning of its own: countries that are answered, parameters and disks.

Source: Amazon CloudFront Developer Guide, "Restrict the geographic distribution of your content"; Amazon RDS User
Guide, "Using SSL with a PostgreSQL DB instance" and "Requiring SSL/TLS for all connections to a MySQL DB instance";
Amazon EBS User Guide, "Enable Amazon EBS encryption by default".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from changes.rule import OPEN
from changes.switch import NOTHING, Switch, gains, loses
from rehearsal.policy_documents import listed

_ONLY_TLS: Final = ("rds.force_ssl", "require_secure_transport")  # of PostgreSQL, and of MySQL and MariaDB
_YES: Final = ("1", "on", "true")
_PARAMETERS: Final = frozenset(
    {"aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"}
)


def clear_allowed(old: Any, new: Any) -> bool:
    """Clients without TLS were refused, or by the engine's default may have been, and are not certainly any more.

    Of what is new, that it lets them in by its own word.
    """
    after = _tls_parameters(new)
    if old is NOTHING:
        return any(value not in _YES for value in after.values())
    if _open(old) or _open(new):
        return True
    before = _tls_parameters(old)
    return any(
        after.get(name) not in _YES and after.get(name) != before.get(name) and (name in after or before[name] in _YES)
        for name in _ONLY_TLS
    )


def only_tls(parameters: Any) -> bool:
    """Whether a server with these parameters certainly refuses clients without TLS."""
    found = _tls_parameters(parameters)
    return bool(found) and all(value in _YES for value in found.values())


def _tls_parameters(parameters: Any) -> dict[str, str]:
    held = {str(one.get("name")): one.get("value") for one in listed(parameters) if isinstance(one, Mapping)}
    return {name: str(value).lower() for name, value in held.items() if name in _ONLY_TLS}


def _encrypted_gone(old: Any, new: Any) -> bool:
    """A disk that was named, with encryption, and is named no longer: the account's default decides."""
    if old is NOTHING:
        return False
    if _open(old) or _open(new):
        return True
    named = {_device(one) for one in listed(new)}
    return any(_device(one) not in named for one in listed(old) if _encrypted(one))


def _device(disk: Any) -> Any:
    return disk.get("deviceName") if isinstance(disk, Mapping) else None


def _encrypted(disk: Any) -> bool:
    held = disk.get("ebs", disk) if isinstance(disk, Mapping) else None
    return isinstance(held, Mapping) and held.get("encrypted") in (True, "true", *OPEN)


def _more_countries(old: Any, new: Any) -> bool:
    """A longer list of those that are answered, or a shorter one of those that are not; their kind has its own row."""
    if old is NOTHING:
        return False
    if _open(old) or _open(new):
        return True
    was, now = (one if isinstance(one, Mapping) else {} for one in (old, new))
    worse = {"whitelist": gains, "blacklist": loses}.get(str(now.get("restrictionType")))
    same = was.get("restrictionType") == now.get("restrictionType")
    return worse is not None and same and worse(was.get("locations"), now.get("locations"))


def _open(value: Any) -> bool:
    return any(one in OPEN for one in listed(value))


SWITCHES = (
    Switch(rule="protection-weakened", types=frozenset({"aws:cloudfront/distribution:Distribution"}),
           path="restrictions.geoRestriction", worse=_more_countries, words="answers more countries"),
    Switch(rule="protection-weakened", types=_PARAMETERS, path="parameters", worse=clear_allowed,
           words="lets clients connect without TLS, or leaves it to the engine's own default", when_new=True),
    *(
        Switch(rule="encryption-off", types=frozenset({type_}), path=path, worse=_encrypted_gone,
               words="leaves it to the account's default whether a disk is encrypted that was so by name")
        for type_, path in (
            ("aws:ec2/instance:Instance", "rootBlockDevice"), ("aws:ec2/instance:Instance", "ebsBlockDevices"),
            ("aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings"),
        )
    ),
)  # fmt: skip
