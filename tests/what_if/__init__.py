"""The simulator: lives on ladders that nobody has published."""
