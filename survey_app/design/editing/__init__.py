"""Editing drafts: every change is an operation on a tree, stored with what it takes to undo it."""
