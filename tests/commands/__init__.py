"""The command line, the installation, and what an installation refuses."""
