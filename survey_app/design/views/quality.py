"""The quality pane: advice, reasons, fixes in one click."""
