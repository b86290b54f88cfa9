"""What a comparison looks like: a table for the terminal and a one-file HTML report that opens offline."""

from contraflow.report.html import render_report, write_report
from contraflow.report.payload import build_payload
from contraflow.report.tables import render_table

__all__ = ["build_payload", "render_report", "render_table", "write_report"]
