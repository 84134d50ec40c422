"""The media store: bytes under the hash of their content, on local disk or in any S3.

It keeps photographs, recordings and form media. What a file is called, whom it belongs to and who may see it are facts
of the database, not of this room; so is the spool that bridges an object store's absence.
"""
