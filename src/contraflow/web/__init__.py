"""The interactive page: a server on this machine, and the built page it serves."""
