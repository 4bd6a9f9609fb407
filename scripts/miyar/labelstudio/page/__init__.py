"""The labelling page: what is made from the scheme for people to label with, and read back from a server."""
