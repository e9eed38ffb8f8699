"""The archive: bases and journals of all tables outside the store, in a directory or a bucket.

A base is a copy of a table's items, each as it happened to be when its turn came. The journal from before the base's
first item on, replayed over it, makes the table as it was at the end of what was replayed. Both are cut into segments,
each with its checksum, which the manifest lists; a manifest tells one moment of the whole deployment.

`destinations` where it is kept, `segments` the form of a segment, `manifests` the form of a manifest, `bases` and
`journals` what is archived of a table, `archiver` the work in the background, `rebuild` the way back.
"""
