"""The commands, one module each; the module's `run` is the command, its docstring the help."""

from collections.abc import Callable, Mapping

from miyar.commands import (
    clean_articles,
    compare_releases,
    convert_articles,
    import_annotations,
    import_conll,
    project_status,
    pull_annotations,
    push_tasks,
    render_config,
    run_demo,
    run_extractor,
    score_extractors,
    start_studio,
)

COMMANDS: Mapping[str, Callable[..., None]] = {
    "clean-articles": clean_articles.run,
    "convert-articles": convert_articles.run,
    "push-tasks": push_tasks.run,
    "project-status": project_status.run,
    "pull-annotations": pull_annotations.run,
    "import-annotations": import_annotations.run,
    "import-conll": import_conll.run,
    "run-extractor": run_extractor.run,
    "score-extractors": score_extractors.run,
    "compare-releases": compare_releases.run,
    "render-config": render_config.run,
    "start-studio": start_studio.run,
    "run-demo": run_demo.run,
}
"""To add a command: a module here, its `run` in this table, a script in scripts/, a section in README.md."""

__all__ = ["COMMANDS"]
