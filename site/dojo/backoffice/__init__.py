"""What the screens of the back office share, beyond what Wagtail has: columns of money and moments,
exports that a spreadsheet reads, read-only lists, sheets with sections, panels of the home."""
