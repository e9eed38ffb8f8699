"""Every error a client can meet: `base` the type, `tree` the classes, and a module of constructors per topic."""
