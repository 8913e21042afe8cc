"""What keeps the installation whole over years: new keys for old, backups, a restore that brings nothing dead back to life."""
