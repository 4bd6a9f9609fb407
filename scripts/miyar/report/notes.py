"""What a reader has to know to trust the numbers of a score."""

from collections.abc import Iterator, Mapping, Sequence

from miyar.errors import in_number
from miyar.report.blocks import UNDEFINED, bounds, percent
from miyar.resampling import FEWEST_ARTICLES, MOST_UNDEFINED
from miyar.scoring import Score
from miyar.spanchecks import SPAN_FAULTS

FAULTS = (*SPAN_FAULTS, "bad_argument", "bad_value")
MENDED = {
    "trimmed": "trimmed of white space at its edges",
    "collapsed": "given twice and counted once",
    "collapsed_arguments": "argument given twice and counted once",
}
HEADLINE = ("entities", "strict")


def extractor_name(score: Score, scores: Sequence[Score]) -> str:
    """Return whose score it is; where several have one name, with the place of the predictions."""
    alike = [one for one in scores if one.extractor == score.extractor]
    place = f" ({score.inputs['predictions']})" if len(alike) > 1 and "predictions" in score.inputs else ""
    return f"{score.extractor}{place}"


def heading(score: Score, scores: Sequence[Score]) -> str:
    """Return the answer: whose score on what it is, micro F1 of strict entities, its interval and support."""
    micro = score.layers[HEADLINE[0]][HEADLINE[1]].micro
    found = bounds(micro.interval, "f1")
    interval = "no interval" if found == UNDEFINED else found
    whose = f"{extractor_name(score, scores)} on {score.corpus}, {in_number(score.articles, 'article')}"
    return f"{whose}: micro F1 {percent(micro.f1)} ({interval}), support {micro.gold}"


def warnings(score: Score) -> Iterator[str]:
    """Yield what makes the numbers mean less than they seem to."""
    if score.seen:
        yield f"WARNING: the extractor learnt from {score.seen} of these {score.articles} articles."


def notes(score: Score) -> Iterator[str]:
    """Yield the notes, what concerns every number first."""
    yield "Percent; –: undefined (0 in the macro average), or no interval."
    yield from _interval_notes(score)
    yield from _layer_notes(score)
    yield from fault_notes(score.charged)
    if score.slices:
        yield "Slices: strict entities; gap: F1 minus that of all others; of many, some differ by chance."
    if "seen" in score.slices and list(score.slices["seen"].measure.labels) == ["unseen"]:
        yield "by seen: all is unseen; does release.toml name the articles that it learnt from (learnt_from)?"
    for side, dropped in score.dropped.items():
        lost = {name: count for name, count in dropped.items() if name != "collapsed"}
        if lost:
            yield f"The label map drops, {side}: {_counts(lost)}."
        if "collapsed" in dropped:
            yield f"The same as another, {side}: {dropped['collapsed']} spans, collapsed."
    for side, losses in score.flattened.items():
        lost = {name: count for name, count in losses._asdict().items() if name not in ("spans", "kept")}
        shown = _counts(lost) or "none lost"
        yield f"Comparison view, {side}: {losses.kept} of {losses.spans} spans; {shown}."
    for layer, reason in score.left_out.items():
        yield f"Left out: {layer}: {reason}."
    headline = score.layers[HEADLINE[0]][HEADLINE[1]]
    yield f"{headline.signature} (other measures: with their own measure and layer)"


def _layer_notes(score: Score) -> Iterator[str]:
    """Yield what the measures mean that are not in every paper, and the layers that have no table."""
    for layer, measures in score.layers.items():
        sizes = [(one.micro.predicted, one.micro.gold) for one in measures.values() if one.kind != "shares"]
        if sizes and not any(predicted for predicted, _ in sizes):
            what = "links" if layer == "attributes" else layer
            yield f"{what}: none predicted, {max(gold for _, gold in sizes)} in the gold."
        elif layer == "arguments":
            yield "Arg-I: event label and the entity's extent; Arg-C: role too; +: the trigger's extent too."
    if any(one.kind == "classes" for one in score.layers[HEADLINE[0]].values()):
        yield "Nesting: precision by the prediction's class, recall by the gold's; both TP if they differ."


def _interval_notes(score: Score) -> Iterator[str]:
    headline = score.layers[HEADLINE[0]][HEADLINE[1]].micro.interval
    if headline is None:
        return
    if not score.has_intervals:
        yield f"No intervals: nothing has spans in {FEWEST_ARTICLES} articles or more."
        return
    share = f"{100 * headline.level:g} %"
    yield (
        f"Intervals: {share}, over resamples of articles; none with spans in fewer than {FEWEST_ARTICLES} "
        f"articles or more than {100 * MOST_UNDEFINED:g} % of the resamples undefined."
    )
    yield from (f"{warning}." for warning in score.warnings)


def fault_notes(charged: Mapping[str, int]) -> Iterator[str]:
    """Yield what was charged, what was mended and scored all the same, and what was not scored."""
    faulty = {code: count for code, count in charged.items() if code in FAULTS}
    mended = {words: charged[code] for code, words in MENDED.items() if code in charged}
    other = {code: count for code, count in charged.items() if code not in (*FAULTS, *MENDED)}
    if faulty:
        yield f"Faulty, charged: {_counts(faulty)}."
    if mended:
        yield f"Scored all the same: {_counts(mended)}."
    if other:
        yield f"Left out or taken as empty: {_counts(other)}."


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
