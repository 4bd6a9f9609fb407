"""Articles on their way to a server, as files of tasks; no server."""
