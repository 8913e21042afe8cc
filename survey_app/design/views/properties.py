"""The right pane of the editor: settings of what is selected, and the preview."""
