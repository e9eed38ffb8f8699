"""Templates that tables are described in, read into what CreateTable takes. Nothing here asks a server or a file."""
