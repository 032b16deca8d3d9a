"""Notes: what a release brings, as the changelog says under Unreleased."""

from __future__ import annotations

from tests.release.repository import ReleaseRefused

__all__ = ["release_notes"]


def release_notes(changelog: str, title: str) -> str:
    """Give the section Unreleased of a changelog under a title of its own; ReleaseRefused where it has no entry.

    >>> release_notes("# Changelog\\n\\n## Unreleased\\n\\n### Fixed\\n- A fault.\\n\\n## 0.1.0\\n- Old.\\n", "0.2.0")
    '# 0.2.0\\n\\n### Fixed\\n- A fault.\\n'
    """
    _, found, rest = changelog.partition("\n## Unreleased\n")
    section = rest.partition("\n## ")[0].strip()
    if not found or not any(line.startswith("- ") for line in section.splitlines()):
        raise ReleaseRefused("CHANGELOG.md has no entry under Unreleased")
    return f"# {title}\n\n{section}\n"
