"""What table entries of many types are made of: finding by name or by tags, and updating by putting again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rehearsal.api import is_gone
from rehearsal.resource import Aws, Create, Find, Inputs, Read, Update

Tagged = Callable[[Aws, str | None], Iterable[tuple[str, dict[str, str]]]]  # of a region: each one's id and tags


def by_id(read: Read, *names: str, separator: str = "/") -> Find:
    """For what AWS knows by inputs: the id is their values, joined, if there is such a resource."""

    def find(aws: Aws, inputs: Inputs) -> list[str]:
        identifier = separator.join(str(inputs[name]) for name in names)
        try:
            found = read(aws, identifier, {"region": inputs["region"]} if inputs.get("region") else {})
        except Exception as error:
            if is_gone(error):
                return []
            raise
        return [] if found is None else [identifier]

    return find


def is_there(ask: Callable[[], object]) -> bool:
    """Whether AWS answers the question about a thing, or says that there is none."""
    try:
        ask()
    except Exception as error:
        if is_gone(error):
            return False
        raise
    return True


def by_tags(tagged: Tagged) -> Find:
    """For what has no name of its own: all in the region whose tags are exactly those of the inputs."""

    def find(aws: Aws, inputs: Inputs) -> list[str]:
        return [identifier for identifier, tags in tagged(aws, inputs.get("region")) if tags == inputs["tagsAll"]]

    return find


def plain_tags(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as most of AWS's APIs give them ([{"Key": …, "Value": …}]), as the provider has them."""
    return {pair["Key"]: pair["Value"] for pair in pairs}


def tag_changes(held: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[list[dict[str, str]], list[str]]:
    """What to set, in AWS's form, and the keys to take away."""
    changed = [{"Key": key, "Value": value} for key, value in sorted(wanted.items()) if held.get(key) != value]
    return changed, sorted(held.keys() - wanted.keys())


def put_again(create: Create) -> Update:
    """For what AWS sets whole by one call, whether it is there or not."""

    def update(aws: Aws, _identifier: str, _state: Inputs, inputs: Inputs) -> Inputs:
        return create(aws, inputs).outputs

    return update


def nothing_to_delete(_aws: Aws, _identifier: str, _state: Inputs) -> None:
    """For a setting that AWS cannot be without: the provider only forgets it, as its documentation says."""
