"""The editor: outline, canvas, acts and autosave."""
