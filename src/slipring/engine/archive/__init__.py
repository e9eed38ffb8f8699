"""The archive: bases and journals of all tables outside the store, in a directory or a bucket.

A base is a copy of a table's items, each as it happened to be when its turn came. The journal from before the base's
first item on, replayed over it, makes the table as it was at the end of what was replayed. Both are cut into segments,
each with its checksum, which the manifest lists; a manifest tells of the whole deployment, up to one moment.

`destinations` what is asked of where it is kept, `directory` and `bucket` such places, `sealed` one that is encrypted,
`segments` the form of a segment, `manifests` that of a manifest, `ownership` whose it is, `bases`, `journals` and
`tables` what is archived, `flags` which journals are written for it, `archiver` the work in the background, `moments`
what there was when, `rebuild` the way back.
"""
