"""Data files as policy reads them: YAML with line numbers, forms filled in from it, and problems told with a remedy."""
