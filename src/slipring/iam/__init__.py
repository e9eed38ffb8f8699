"""Who is asking: credentials, and later identities and policies."""
