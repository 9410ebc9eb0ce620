"""What everything rests on and what knows nothing of the rest: problems, identifiers, paging, text, encryption."""
