"""May this contact be made now? Packs of rules as data (`packs/`), one file and one function per kind of rule."""
