"""Labelled results: units, provenance, save and load."""

from contraflow.results.result import Result

__all__ = ["Result"]
