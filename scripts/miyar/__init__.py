"""miyar: Arabic news articles to a gold corpus, and extractors scored against it."""

__version__ = "0.1.0"
