"""Systems Manager: settings of the service in an account's region; the emulator has none."""

from __future__ import annotations

import re

from rehearsal.resource import Aws, Created, Inputs, ResourceType, spec
from rehearsal.tables import by_id, put_again

_RECORDS = "ssm/service-setting"


def setting(inputs: Inputs) -> str | None:
    """A setting is named by its path or ARN."""
    found = str(inputs.get("settingId", "/ssm/x"))
    if re.fullmatch(r"(arn:aws:ssm:[a-z0-9-]+:\d{12}:servicesetting)?/ssm/[a-z0-9/-]+", found):
        return None
    return f"SSM has no service setting {found}: write /ssm/... or its ARN"


def update_setting(aws: Aws, inputs: Inputs) -> Created:
    """UpdateServiceSetting."""
    region, named = inputs.get("region") or aws.region, inputs["settingId"]
    wanted = {"settingId": named, "settingValue": inputs["settingValue"]}
    aws.keep("ssm", "UpdateServiceSetting", {"SettingId": named, "SettingValue": inputs["settingValue"]})
    aws.records[_record(region, named)] = wanted
    return Created(id=named, outputs={"arn": _arn(aws, region, named), "status": "Customized"})


def read_setting(aws: Aws, identifier: str, state: Inputs) -> Created | None:
    """The setting where it is not AWS's default."""
    region = state.get("region") or aws.region
    held = aws.records.get(_record(region, identifier))
    if held is None:
        return None
    outputs = {**held, "arn": _arn(aws, region, identifier), "status": "Customized"}
    return Created(id=identifier, outputs=outputs)


def reset_setting(aws: Aws, identifier: str, state: Inputs) -> None:
    """ResetServiceSetting: AWS's default holds again."""
    aws.keep("ssm", "ResetServiceSetting", {"SettingId": identifier})
    aws.records.pop(_record(state.get("region") or aws.region, identifier), None)


def every_setting(aws: Aws, region: str) -> list[str]:
    """Ids of the region's settings that are not AWS's default."""
    prefix = f"{_RECORDS}/{region}/"
    return [held["settingId"] for name, held in aws.records.items() if name.startswith(prefix)]


def _record(region: str, named: str) -> str:
    return f"{_RECORDS}/{region}{_path(named)}"


def _path(named: str) -> str:
    return named.partition(":servicesetting")[2] or named


def _arn(aws: Aws, region: str, named: str) -> str:
    return f"arn:aws:ssm:{region}:{aws.account_id}:servicesetting{_path(named)}"


RESOURCES = (
    ResourceType(
        token="aws:ssm/serviceSetting:ServiceSetting",
        inputs=spec("settingId settingValue region"),
        create=update_setting,
        read=read_setting,
        update=put_again(update_setting),
        delete=reset_setting,
        find=by_id(read_setting, "settingId"),
        every=every_setting,
        computed=("arn", "status"),
        replace_on=frozenset({"settingId", "region"}),
        in_place=frozenset({"settingValue"}),
        limits=(setting,),
        emulated="none",
        not_emulated=("the setting itself: the request is checked and kept",),
        source="Terraform AWS provider docs: aws_ssm_service_setting",
    ),
)
