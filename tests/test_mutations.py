"""Files of every kind with something broken: they are read, or refused in words, and nothing is lost.

The seed changes from run to run and is in the message of a failure. MIYAR_SEED repeats one, MIYAR_MUTATIONS
says how many files of each kind are tried.
"""

import os
import random
from contextlib import nullcontext
from pathlib import Path

import pytest

from files import SCORED, kinds
from miyar.commands.inputs import inputs_of
from miyar.errors import MiyarError
from miyar.records import SCORE, decode_value
from miyar.scheme import Scheme
from mutations import mutated

NUMBER = int(os.environ.get("MIYAR_MUTATIONS", "150"))
SEED = int(os.environ.get("MIYAR_SEED", random.SystemRandom().randrange(2**32)))
NAMES = (
    *("export.json", "batch.json", "gold.jsonl", "p.jsonl", "r.toml", "s.jsonl", "x.jsonl", "m.jsonl"),
    *("only.jsonl", "tasks.json", "c.txt", "labels.toml", "gate.toml", "scores.json"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_is_read_or_refused_in_words(name: str, tmp_path: Path, scheme: Scheme) -> None:
    kind = kinds(scheme)[name]
    for number in range(NUMBER):
        data = mutated(kind.data, kind.form, random.Random(f"{SEED} {name} {number}"))  # noqa: S311
        path = tmp_path / name
        path.write_bytes(data)
        try:
            kind.use(path, scheme)
        except MiyarError as error:
            str(error).encode("utf-8", "backslashreplace")
        except Exception as error:
            (tmp_path / "broken").write_bytes(data)
            pytest.fail(f"MIYAR_SEED={SEED}, {name} {number} ({tmp_path / 'broken'}): {error!r}")


@pytest.mark.parametrize("name", NAMES)
def test_an_unbroken_file_is_read(name: str, tmp_path: Path, scheme: Scheme) -> None:
    kind = kinds(scheme)[name]
    path = tmp_path / name
    path.write_bytes(kind.data)
    with pytest.raises(MiyarError) if name == "scores.json" else nullcontext():  # its inputs are not there
        kind.use(path, scheme)


def test_the_inputs_of_the_score_are_read() -> None:
    record = decode_value(SCORED, SCORE, "x").record
    assert record
    assert inputs_of(record.inputs).seed == 5
