"""The contact sheet: one self-contained HTML file."""

from presscheck.report.render import contact_sheet
from presscheck.report.summary import Summary, summarise

__all__ = ["Summary", "contact_sheet", "summarise"]
