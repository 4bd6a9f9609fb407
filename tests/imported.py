"""An import with what became of everything, as tests look at it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from miyar.annotation import Annotation
from miyar.article import Article
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.foreign import Translator
from miyar.labelstudio.exports.importing import begun_import
from miyar.labelstudio.exports.tally import begun_tally
from miyar.scheme import Scheme


class Import:
    """The attributes are those of the tally and of the plan, once there are annotations."""

    def __init__(
        self,
        exports: Sequence[Export],
        articles: Mapping[str, Article],
        scheme: Scheme,
        translator: Translator | None = None,
    ) -> None:
        self.given = (exports, articles, scheme, translator)
        self.tally: Any = None

    def annotations(self) -> Iterator[Annotation]:
        self.plan = begun_import(*self.given)
        self.tally = begun_tally(self.plan)
        for outcome in self.plan.outcomes():
            yield from self.tally.counted(outcome)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tally if hasattr(self.tally, name) else self.plan, name)
