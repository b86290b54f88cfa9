"""The model: pure functions of arrays, which import nothing of the rest of the package."""
