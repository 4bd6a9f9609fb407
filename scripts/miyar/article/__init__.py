"""Articles: the text of record with its metadata, and the contract that a text must keep.

A text is UTF-8 without byte order mark, carriage returns, control characters (but line feed and tab) or
lone surrogates: Label Studio's page loses such characters, or the whole project with them. What is not
so is refused here and never changed in passing; `miyar clean-articles` makes acceptable copies.
"""

from miyar.article.choice import chosen_articles
from miyar.article.contract import BOM, CONTROL, SURROGATE, TEXT_CHECKS, Fault, text_faults
from miyar.article.decoding import RESTORE, Decoded, RawArticle, clean_command, decode, encoding_remedy
from miyar.article.difference import first_difference
from miyar.article.encoding import (
    CONTROL_BYTES,
    WIDE_NAME,
    Looks,
    decoded,
    iconv_name,
    likely_encoding,
    looks_of,
    wide_looks,
)
from miyar.article.model import ID, METADATA_FIELDS, Article, text_sha256
from miyar.article.reading import (
    CHANGES_FILE,
    METADATA_FILE,
    found_articles,
    read_articles,
    unread_files,
)
from miyar.article.writing import write_articles

__all__ = [
    "BOM",
    "CHANGES_FILE",
    "CONTROL",
    "CONTROL_BYTES",
    "ID",
    "METADATA_FIELDS",
    "METADATA_FILE",
    "RESTORE",
    "SURROGATE",
    "TEXT_CHECKS",
    "WIDE_NAME",
    "Article",
    "Decoded",
    "Fault",
    "Looks",
    "RawArticle",
    "chosen_articles",
    "clean_command",
    "decode",
    "decoded",
    "encoding_remedy",
    "first_difference",
    "found_articles",
    "iconv_name",
    "likely_encoding",
    "looks_of",
    "read_articles",
    "text_faults",
    "text_sha256",
    "unread_files",
    "wide_looks",
    "write_articles",
]
