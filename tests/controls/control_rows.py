"""All rows: for every control a graph that meets it and one that does not."""

from __future__ import annotations

import control_rows_account
import control_rows_data
import control_rows_edge
import control_rows_network
import control_rows_platform

ROWS = [
    *control_rows_account.ROWS,
    *control_rows_data.ROWS,
    *control_rows_edge.ROWS,
    *control_rows_network.ROWS,
    *control_rows_platform.ROWS,
]
