"""Tests of backups, restores and keys over the years."""
