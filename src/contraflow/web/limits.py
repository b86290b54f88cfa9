"""What the server bounds, in one place."""

RUN_SECONDS, TAB_SECONDS = 120.0, 900.0
"""Longest time for one run, and for a tab or an evaluation that is computed."""
QUEUE = 256
"""Questions that may wait."""
MAX_BODY, MAX_PATH = 256 * 1024, 2048
"""Bytes of a request's body and characters of its path."""
MAX_DRAWS, MAX_MEASURES, MAX_PLACES, MAX_BELIEFS, MAX_HELD, MAX_WANTED = 1000, 200, 100, 40, 16, 40
"""Of one question: draws, measures, places of a measure, fixed beliefs, worlds held already, outcomes wanted."""
