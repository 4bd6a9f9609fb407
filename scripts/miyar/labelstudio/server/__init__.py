"""A Label Studio server and the one client to it, free of what is asked of it."""
