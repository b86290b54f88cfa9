"""Ensembles: from a case's tables to arrays, and many draws on one machine."""
