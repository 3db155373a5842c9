"""The sections of the report, one file each: a subject in, what its template shows out."""
