"""The contact sheet: one self-contained HTML file."""
