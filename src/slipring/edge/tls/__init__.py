"""TLS: what connections are shaken hands with, a development CA, and clients known by their certificates."""
