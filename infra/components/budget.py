"""An alarm on what the account costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

ACTUAL_PERCENT = 80
FORECAST_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """Limit in USD a month, and who hears of it: at 80 % spent, and when 100 % is forecast."""

    budget_name: str
    account_id: str
    monthly_usd: int
    emails: Sequence[str]


class Budget(pulumi.ComponentResource):
    """The account's monthly budget; it warns and stops nothing."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:components:Budget", name, None, opts)
        warnings = (("ACTUAL", ACTUAL_PERCENT), ("FORECASTED", FORECAST_PERCENT))
        budget = aws.budgets.Budget(
            f"{name}-monthly",
            name=args.budget_name,
            account_id=args.account_id,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            notifications=[
                {
                    "notification_type": kind,
                    "comparison_operator": "GREATER_THAN",
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_email_addresses": list(args.emails),
                }
                for kind, percent in warnings
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"arn": budget.arn})
