"""Corpora with a token and its tags on each line, as CoNLL and its successors write them.

What is read: `token TAG [TAG …]`, separated by blanks or tabs, a blank line behind each sentence, perhaps
`-DOCSTART-` lines between documents. Tags are IOB1, IOB2 (BIO), BIOES or BILOU, decoded as conlleval does
it; further tags of a token are nested entities. What is made: articles, whose text is the tokens joined
by single blanks with a sentence per line, and annotations with exact offsets.
"""

from miyar.conll.ledger import LEDGER_HEAD, ledger_rows, lost_entities, summary
from miyar.conll.model import Corpus, LabelCount, Layout, Note, Slip, Source, Split, cut_of, tag_columns
from miyar.conll.reading import read_conll
from miyar.conll.tags import Decoded, LooseTag, TokenSpan, nested_spans, spans_of_tags

__all__ = [
    "LEDGER_HEAD",
    "Corpus",
    "Decoded",
    "LabelCount",
    "Layout",
    "LooseTag",
    "Note",
    "Slip",
    "Source",
    "Split",
    "TokenSpan",
    "cut_of",
    "ledger_rows",
    "lost_entities",
    "nested_spans",
    "read_conll",
    "spans_of_tags",
    "summary",
    "tag_columns",
]
