"""``--facts``: counts the facts of the source (F1 to F50) that a passing test proves, one line and each one missing."""

from __future__ import annotations

from collections import defaultdict

import pytest

TOTAL = 50


class Facts:
    """Collects the outcome of every test marked ``fact``."""

    def __init__(self) -> None:
        self.marks: dict[str, list[str]] = {}
        self.outcomes: dict[str, list[bool]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remember which facts each test stands for."""
        for item in items:
            facts = [str(arg) for mark in item.iter_markers("fact") for arg in mark.args]
            if facts:
                self.marks[item.nodeid] = facts

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: passed when its call passed, failed when any of its parts did."""
        for fact in self.marks.get(report.nodeid, []):
            if report.failed:
                self.outcomes[fact].append(False)
            elif report.when == "call" and report.passed:
                self.outcomes[fact].append(True)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print ``facts: N/50 pass`` and every fact that is missing or fails."""
        names = [f"F{number}" for number in range(1, TOTAL + 1)]
        passed = [name for name in names if self.outcomes.get(name) and all(self.outcomes[name])]
        terminalreporter.write_line(f"facts: {len(passed)}/{TOTAL} pass")
        for name in names:
            if name not in passed:
                terminalreporter.write_line(
                    f"  {name}: {'fails' if self.outcomes.get(name) else 'no test yet'}"
                )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch."""
    parser.addoption(
        "--facts", action="store_true", help="count the facts of the source that passing tests prove"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Count facts when asked."""
    if config.getoption("--facts"):
        config.pluginmanager.register(Facts(), "facts")
