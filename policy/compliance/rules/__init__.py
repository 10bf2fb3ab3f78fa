"""One kind of rule, one file, one function named for what it protects; its numbers come from the packs."""
