"""The only code that moves a run: it plans in memory from locked state and an immutable definition, then writes once."""
