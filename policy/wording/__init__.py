"""What is said to borrowers: templates by language and wording, rendered strictly, counted, and checked for respect."""
