"""The switches whose value is a list with a meaning of its own: countries that are answered, and parameters.

Source: Amazon CloudFront Developer Guide, "Restrict the geographic distribution of your content"; Amazon RDS User
Guide, "Using SSL with a PostgreSQL DB instance" and "Requiring SSL/TLS for all connections to a MySQL DB instance".
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
)  # fmt: skip
