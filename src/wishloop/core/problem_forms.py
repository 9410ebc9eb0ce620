"""From a Problem to an error at a form's field: the same for every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms

from wishloop.core.problem import Problem

Result = TypeVar("Result")


def run_form(form: forms.Form, operation: Callable[[], Result]) -> Result | None:
    """Run an operation for a valid form; a Problem becomes an error at its field, and None is returned.

    A problem that is no fault of what was typed (absent, forbidden) goes on to its own page.
    """
    if not form.is_valid():
        return None
    try:
        return operation()
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
        return None
